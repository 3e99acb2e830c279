#include "vmruntime/streaming/upgrade.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_split.h>
#include <fmt/format.h>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

namespace crimux::vm::streaming {
namespace {

namespace http = boost::beast::http;

constexpr const char* kVersionHeader = "X-Stream-Protocol-Version";
constexpr const char* kTunnel = "SPDY/3.1+portforward.k8s.io";
constexpr const char* kPortForward = "portforward.k8s.io";

// All values of a header that may be repeated, or hold a list.
std::vector<std::string> ListOf(const RequestHead& request, std::string_view name) {
  std::vector<std::string> values;
  auto [begin, end] = request.equal_range(name);
  for (auto at = begin; at != end; ++at) {
    absl::string_view value(at->value().data(), at->value().size());
    for (absl::string_view part : absl::StrSplit(value, ',')) {
      absl::string_view word = absl::StripAsciiWhitespace(part);
      if (!word.empty()) values.emplace_back(word);
    }
  }
  return values;
}

// 0: none of exec and attach.
int CommandVersion(std::string_view protocol) {
  if (protocol == "channel.k8s.io") return 1;
  for (int version = 2; version <= 5; ++version) {
    if (protocol == "v" + std::to_string(version) + ".channel.k8s.io") return version;
  }
  return 0;
}

std::vector<std::string> Accepted(SessionKind kind) {
  if (kind == SessionKind::kPortForward) return {kPortForward};
  return {"v5.channel.k8s.io", "v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io",
          "channel.k8s.io"};
}

Upgrade NegotiateSpdy(const RequestHead& request, SessionKind kind) {
  std::vector<std::string> offered = ListOf(request, kVersionHeader);
  if (offered.empty()) {
    return Refusal{.code = 400, .text = fmt::format("{} is missing", kVersionHeader)};
  }
  for (const std::string& protocol : offered) {
    int version = CommandVersion(protocol);
    bool fits = kind == SessionKind::kCommand ? version > 0 : protocol == kPortForward;
    if (fits) return SpdyUpgrade{protocol, version};
  }
  return Refusal{.code = 403,
                 .text = fmt::format("none of the protocols in {} is known", kVersionHeader),
                 .accepted = Accepted(kind)};
}

Upgrade NegotiateWebSocket(const RequestHead& request, SessionKind kind) {
  std::vector<std::string> offered = ListOf(request, "Sec-WebSocket-Protocol");
  if (offered.empty()) offered.emplace_back();
  for (const std::string& name : offered) {
    if (kind == SessionKind::kPortForward && name == kTunnel) return TunnelUpgrade{name};
    auto protocol =
        kind == SessionKind::kCommand ? CommandChannelProtocol(name) : PortChannelProtocol(name);
    if (protocol) return ChannelUpgrade{*std::move(protocol)};
  }
  return Refusal{.code = 403, .text = "none of the protocols in Sec-WebSocket-Protocol is known"};
}

}  // namespace

Upgrade Negotiate(const RequestHead& request, SessionKind kind) {
  bool known_method = request.method() == http::verb::get || request.method() == http::verb::post;
  if (!known_method) return Refusal{.code = 405, .text = "GET or POST is wanted"};
  http::token_list connection(request[http::field::connection]);
  http::token_list upgrade(request[http::field::upgrade]);
  if (!connection.exists("upgrade")) return Refusal{.code = 400, .text = "no Connection: Upgrade"};
  if (upgrade.exists("websocket")) return NegotiateWebSocket(request, kind);
  bool is_spdy = boost::beast::iequals(request[http::field::upgrade], "SPDY/3.1");
  if (is_spdy) return NegotiateSpdy(request, kind);
  return Refusal{.code = 400, .text = "Upgrade must be SPDY/3.1 or websocket"};
}

}  // namespace crimux::vm::streaming
