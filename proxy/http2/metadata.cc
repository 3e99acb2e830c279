#include "proxy/http2/metadata.h"

#include <array>

namespace crimux::proxy::http2 {

bool IsPassedOn(std::string_view name) {
  constexpr std::array<std::string_view, 12> kOwn = {
      "user-agent",        "content-type", "content-length", "te",         "trailer",
      "accept-encoding",   "host",         "date",           "connection", "keep-alive",
      "transfer-encoding", "upgrade"};
  if (name.starts_with("grpc-") || name.starts_with(":")) return false;
  for (std::string_view own : kOwn) {
    if (name == own) return false;
  }
  return true;
}

}  // namespace crimux::proxy::http2
