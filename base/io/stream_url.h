#pragma once

#include <cstdint>
#include <string>

namespace crimux {

// Where a runtime serves one stream.
struct StreamUrl {
  bool tls = false;
  std::string host;  // without the brackets of an IPv6 address
  uint16_t port = 0;
  std::string target;  // path and query

  bool operator==(const StreamUrl&) const = default;

  // "host:port", as the Host of a request has it.
  std::string Authority() const;
};

// Reads a URL that Exec, Attach or PortForward answered. Without a scheme it is http. A host that
// is none, or stands for every address, is this machine. Throws Error (INTERNAL) for what is no
// http or https URL with a path.
StreamUrl ParseStreamUrl(const std::string& url);

}  // namespace crimux
