#include "vmruntime/streaming/upgrade.h"

#include <catch2/catch.hpp>

namespace crimux::vm::streaming {
namespace {

namespace http = boost::beast::http;

RequestHead Head(const std::vector<std::pair<std::string, std::string>>& headers) {
  RequestHead head;
  head.method(http::verb::post);
  for (const auto& [name, value] : headers) head.insert(name, value);
  return head;
}

RequestHead Spdy(const std::vector<std::string>& protocols) {
  RequestHead head = Head({{"Connection", "Upgrade"}, {"Upgrade", "SPDY/3.1"}});
  for (const std::string& protocol : protocols) head.insert("X-Stream-Protocol-Version", protocol);
  return head;
}

RequestHead WebSocket(const std::string& protocols) {
  RequestHead head = Head({{"Connection", "keep-alive, upgrade"}, {"Upgrade", "websocket"}});
  head.method(http::verb::get);
  if (!protocols.empty()) head.insert("Sec-WebSocket-Protocol", protocols);
  return head;
}

constexpr auto kCommand = SessionKind::kCommand;
constexpr auto kPortForward = SessionKind::kPortForward;

unsigned CodeOf(const RequestHead& head, SessionKind kind) {
  Upgrade upgrade = Negotiate(head, kind);
  const auto* refusal = std::get_if<Refusal>(&upgrade);
  return refusal == nullptr ? 101 : refusal->code;
}

TEST_CASE("the first SPDY protocol of the client that is known wins, in a list or repeated") {
  auto first = std::get<SpdyUpgrade>(
      Negotiate(Spdy({"v9.channel.k8s.io", "v3.channel.k8s.io, v4.channel.k8s.io"}), kCommand));
  CHECK(first.protocol == "v3.channel.k8s.io");
  CHECK(first.version == 3);
  for (auto [name, version] : std::vector<std::pair<std::string, int>>{{"channel.k8s.io", 1},
                                                                       {"v2.channel.k8s.io", 2},
                                                                       {"v4.channel.k8s.io", 4},
                                                                       {"v5.channel.k8s.io", 5}}) {
    CHECK(std::get<SpdyUpgrade>(Negotiate(Spdy({name}), kCommand)).version == version);
  }
}

TEST_CASE("no SPDY protocol is a bad request, and none in common is forbidden, with a list") {
  CHECK(CodeOf(Spdy({}), kCommand) == 400);
  auto refusal = std::get<Refusal>(Negotiate(Spdy({"v9.channel.k8s.io"}), kCommand));
  CHECK(refusal.code == 403);
  CHECK(refusal.accepted.size() == 5);
  CHECK(CodeOf(Spdy({"portforward.k8s.io"}), kCommand) == 403);
  CHECK(CodeOf(Spdy({"v4.channel.k8s.io"}), kPortForward) == 403);
  CHECK(CodeOf(Spdy({"portforward.k8s.io"}), kPortForward) == 101);
}

TEST_CASE("what is no upgrade to SPDY/3.1 or WebSocket is a bad request") {
  CHECK(CodeOf(Head({}), kCommand) == 400);
  CHECK(CodeOf(Head({{"Connection", "Upgrade"}}), kCommand) == 400);
  CHECK(CodeOf(Head({{"Connection", "Upgrade"}, {"Upgrade", "SPDY/2"}}), kCommand) == 400);
  RequestHead put = Spdy({"v4.channel.k8s.io"});
  put.method(http::verb::put);
  CHECK(CodeOf(put, kCommand) == 405);
}

TEST_CASE("WebSocket protocols of exec and attach") {
  auto upgrade = Negotiate(WebSocket("v9.channel.k8s.io, v5.channel.k8s.io"), kCommand);
  CHECK(std::get<ChannelUpgrade>(upgrade).protocol.name == "v5.channel.k8s.io");
  CHECK(std::get<ChannelUpgrade>(Negotiate(WebSocket(""), kCommand)).protocol.name.empty());
  CHECK(CodeOf(WebSocket("v9.channel.k8s.io"), kCommand) == 403);
  CHECK(CodeOf(WebSocket("SPDY/3.1+portforward.k8s.io"), kCommand) == 403);
}

TEST_CASE("WebSocket protocols of port-forward, SPDY inside among them") {
  auto tunnel = Negotiate(WebSocket("SPDY/3.1+portforward.k8s.io"), kPortForward);
  CHECK(std::get<TunnelUpgrade>(tunnel).protocol == "SPDY/3.1+portforward.k8s.io");
  auto channels = Negotiate(WebSocket("v4.base64.channel.k8s.io"), kPortForward);
  CHECK(std::get<ChannelUpgrade>(channels).protocol.base64);
  CHECK(CodeOf(WebSocket("v5.channel.k8s.io"), kPortForward) == 403);
}

}  // namespace
}  // namespace crimux::vm::streaming
