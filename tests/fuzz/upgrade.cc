// What comes at a streaming server: the head of a request, and what it is an upgrade to.
#include "vmruntime/streaming/upgrade.h"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "tests/fuzz/target.h"

namespace crimux::fuzz {
namespace {

namespace http = boost::beast::http;
namespace streaming = vm::streaming;

void Check(const streaming::RequestHead& head, streaming::SessionKind kind) {
  streaming::Upgrade upgrade = streaming::Negotiate(head, kind);
  bool is_command = kind == streaming::SessionKind::kCommand;
  if (const auto* spdy = std::get_if<streaming::SpdyUpgrade>(&upgrade)) {
    Require(!spdy->protocol.empty(), "a SPDY upgrade names its protocol");
    Require((spdy->version > 0) == is_command, "exec and attach have a version");
  }
  if (const auto* refusal = std::get_if<streaming::Refusal>(&upgrade)) {
    Require(refusal->code >= 400 && refusal->code < 500, "a refusal is the client's fault");
    Require(!refusal->text.empty(), "a refusal says why");
  }
  Require(!is_command || !std::holds_alternative<streaming::TunnelUpgrade>(upgrade),
          "only port-forward goes through a tunnel");
}

void Check(std::string_view bytes) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(16 << 10);
  parser.body_limit(1 << 10);
  boost::system::error_code error;
  parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  if (!parser.is_header_done()) return;
  Check(parser.get(), streaming::SessionKind::kCommand);
  Check(parser.get(), streaming::SessionKind::kPortForward);
}

}  // namespace

std::vector<std::string> Seeds() {
  return {
      "POST /exec/t HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
      "X-Stream-Protocol-Version: v5.channel.k8s.io, v4.channel.k8s.io\r\n"
      "X-Stream-Protocol-Version: channel.k8s.io\r\n\r\n",
      "GET /portforward/t HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io\r\n\r\n",
      "GET /attach/t HTTP/1.1\r\nConnection: keep-alive, upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Protocol: v9, v4.base64.channel.k8s.io\r\nContent-Length: 3\r\n\r\nabc"};
}

}  // namespace crimux::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crimux::fuzz::Check(crimux::fuzz::Text(data, size));
  return 0;
}
