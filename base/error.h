#pragma once

#include <grpcpp/support/status.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace crimux {

// The one exception type of crimux. It carries the gRPC code that the CRI client will see, and one
// line that names what was tried, on what, and why it failed:
//   Error(NOT_FOUND, "stop container", id, "no such container")
//   -> stop container "4f2…": no such container
class Error : public std::runtime_error {
 public:
  Error(grpc::StatusCode code, std::string_view operation, std::string_view object,
        std::string_view cause);
  // What a Status that isn't OK says, as an Error of the caller's own.
  explicit Error(const grpc::Status& status)
      : std::runtime_error(status.error_message()), code_(status.error_code()) {}

  grpc::StatusCode code() const { return code_; }
  grpc::Status ToStatus() const { return {code_, what()}; }

 private:
  grpc::StatusCode code_;
};

// An Error for the failed system call that left `error_number` (an errno value). ENOSPC and EDQUOT
// become RESOURCE_EXHAUSTED, all others INTERNAL.
Error SystemError(int error_number, std::string_view operation, std::string_view object);

// The Status for the exception in flight; to be called inside a catch block. Errors keep their
// code, every other exception is INTERNAL.
grpc::Status CurrentExceptionStatus();

}  // namespace crimux
