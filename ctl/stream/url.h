#pragma once

#include <string>

namespace crimux::ctl {

// Where Exec or Attach sends its client on to.
struct StreamUrl {
  std::string host;  // without the brackets of an IPv6 address
  std::string port;
  std::string target;  // path and query

  bool operator==(const StreamUrl&) const = default;
};

// Throws Error: INVALID_ARGUMENT for what is no URL, UNIMPLEMENTED for any scheme but http.
StreamUrl ParseStreamUrl(const std::string& url);

}  // namespace crimux::ctl
