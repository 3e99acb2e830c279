#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "config/image_sources.h"
#include "vmruntime/fetch/http_auth.h"

namespace crimux::vm {

// A request whose answer is small enough for memory.
struct SmallRequest {
  std::string url;
  // The URL for errors, without secrets.
  std::string shown_url;
  // "Accept: …" and the like.
  std::vector<std::string> headers = {};
  HttpAuth auth = {};
  // Sent by POST, as application/x-www-form-urlencoded; empty: GET.
  std::string form = {};
  ImageTransport transport = {};
  // Bytes of the body.
  uint64_t size_limit = 4U << 20;
};

struct SmallAnswer {
  long status = 0;
  std::string body;
  // All headers WWW-Authenticate.
  std::vector<std::string> challenges;
};

// Whatever the server answers, also a failure. One that is not reached, busy or broken (429, 5xx)
// is asked two times more, after 1 s and 2 s. Follows redirects as Download does. Throws Error:
// what Download throws but for HTTP statuses; RESOURCE_EXHAUSTED for an answer over the limit.
SmallAnswer Ask(const SmallRequest& request, std::stop_token stop);

}  // namespace crimux::vm
