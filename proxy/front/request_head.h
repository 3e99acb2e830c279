#pragma once

#include <grpcpp/support/status.h>

#include <optional>
#include <string>
#include <string_view>

#include "proxy/runtime/runtime.h"

namespace crimux::proxy {

// What the headers of a client's call say.
struct RequestHead {
  // Takes one header. Names and values that can't be passed on make the head bad.
  void Add(std::string_view name, std::string_view value);

  // Whether it is a call of gRPC; else the HTTP status to refuse it with: "405" or "415".
  std::optional<std::string_view> Refusal() const;

  // Why the call can't be served, if it can't: headers too large or malformed, INTERNAL or
  // RESOURCE_EXHAUSTED. What the path is isn't looked at.
  grpc::Status Check() const;

  // From now on. max() without one.
  Deadline DeadlineFromNow() const;

  std::string http_method;
  std::string path;
  std::string content_type;
  // Of compressed messages.
  std::string encoding = "identity";
  std::string timeout;
  Metadata metadata;

  // Names and values, as HTTP/2 counts them.
  size_t bytes = 0;
  bool is_malformed = false;
};

}  // namespace crimux::proxy
