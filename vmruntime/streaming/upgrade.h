#pragma once

#include <string>
#include <variant>
#include <vector>

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

#include "vmruntime/streaming/channel_message.h"

// What a client's request for another protocol comes to. No I/O.
namespace crimux::vm::streaming {

using RequestHead = boost::beast::http::request_header<>;

// What the URL is for.
enum class SessionKind { kCommand, kPortForward };

struct SpdyUpgrade {
  std::string protocol;  // one of those that the client named
  int version = 0;       // of exec and attach
};
struct ChannelUpgrade {
  ChannelProtocol protocol;
};
// SPDY inside of a WebSocket's binary messages.
struct TunnelUpgrade {
  std::string protocol;
};
struct Refusal {
  unsigned code = 400;
  std::string text;
  // Protocols that would be accepted.
  std::vector<std::string> accepted;
};

using Upgrade = std::variant<SpdyUpgrade, ChannelUpgrade, TunnelUpgrade, Refusal>;

// The client's order decides between several protocols.
Upgrade Negotiate(const RequestHead& request, SessionKind kind);

}  // namespace crimux::vm::streaming
