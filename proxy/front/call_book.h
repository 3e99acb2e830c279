#pragma once

#include <grpcpp/support/status.h>

#include <cstdint>
#include <map>
#include <string>

#include "proxy/method_table.h"

namespace crimux::proxy {

// Counts of calls, by method and code. Front thread.
class CallBook {
 public:
  using Codes = std::map<grpc::StatusCode, uint64_t>;

  void Begin() { ++in_flight_; }
  void End(const Method& method, grpc::StatusCode code);
  // A call to a method that the table lacks. True the first time for that name.
  bool EndUnknown(const std::string& path);

  uint64_t in_flight() const { return in_flight_; }
  const std::map<std::string_view, Codes>& counts() const { return counts_; }
  const std::map<std::string, uint64_t>& unknown() const { return unknown_; }

 private:
  uint64_t in_flight_ = 0;
  std::map<std::string_view, Codes> counts_;
  std::map<std::string, uint64_t> unknown_;
};

}  // namespace crimux::proxy
