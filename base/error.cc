#include "base/error.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace crimux {
namespace {

std::string Line(std::string_view operation, std::string_view object, std::string_view cause) {
  if (object.empty()) return fmt::format("{}: {}", operation, cause);
  return fmt::format("{} \"{}\": {}", operation, object, cause);
}

}  // namespace

Error::Error(grpc::StatusCode code, std::string_view operation, std::string_view object,
             std::string_view cause)
    : std::runtime_error(Line(operation, object, cause)), code_(code) {}

Error SystemError(int error_number, std::string_view operation, std::string_view object) {
  bool full = error_number == ENOSPC || error_number == EDQUOT;
  return {full ? grpc::StatusCode::RESOURCE_EXHAUSTED : grpc::StatusCode::INTERNAL, operation,
          object, std::generic_category().message(error_number)};
}

grpc::Status CurrentExceptionStatus() {
  try {
    throw;
  } catch (const Error& e) {
    return e.ToStatus();
  } catch (const std::exception& e) {
    return {grpc::StatusCode::INTERNAL, e.what()};
  } catch (...) {
    return {grpc::StatusCode::INTERNAL, "unknown exception"};
  }
}

}  // namespace crimux
