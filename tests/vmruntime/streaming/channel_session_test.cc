#include <catch2/catch.hpp>

#include "tests/vmruntime/streaming/clients.h"
#include "tests/vmruntime/streaming/fake_handlers.h"

namespace crimux::vm::streaming {
namespace {

using namespace std::string_literals;

TEST_CASE("v5: exec copies stdin until the client closes it; then the status, then the end") {
  TestServer test;
  WebSocketClient client(test.server.ExecUrl(Request({"echo"})), "v5.channel.k8s.io");
  CHECK(client.protocol() == "v5.channel.k8s.io");
  CHECK(client.Receive() == "\1");
  client.Send("\0hello"s);
  CHECK(client.ReceiveOn('\1', 5) == "hello");
  client.Send("\xff\0"s);
  CHECK(client.ReceiveOn('\3', 1) == kSuccess);
  CHECK(client.Receive() == "closed");
}

TEST_CASE("binary protocols of old have words as status, v4 has JSON") {
  TestServer test;
  for (const char* protocol : {"", "channel.k8s.io", "v4.channel.k8s.io"}) {
    INFO(protocol);
    WebSocketClient client(test.server.ExecUrl(Request({"exit", "3"})), protocol);
    CHECK(client.protocol() == protocol);
    std::string status = client.ReceiveOn('\3', 1);
    CHECK_THAT(status, Catch::Contains("exit status 3"));
    CHECK(status.starts_with("{") == (protocol[0] == 'v'));
    CHECK(client.Receive() == "closed");
  }
}

TEST_CASE("base64 protocols carry text") {
  TestServer test;
  for (const char* protocol : {"base64.channel.k8s.io", "v4.base64.channel.k8s.io"}) {
    WebSocketClient client(test.server.AttachUrl(Request({})), protocol);
    CHECK(client.Receive() == "1");
    client.Send("0aGVsbG8=", true);
    CHECK(client.ReceiveOn('1', 8) == "aGVsbG8=");
  }
  CHECK(test.BecomesQuiet());
}

TEST_CASE("resize messages reach the handler; messages to no channel mean nothing") {
  TestServer test;
  WebSocketClient client(test.server.ExecUrl(Request({"sizes"}, true)), "v5.channel.k8s.io");
  client.Send("\7who");
  client.Send("\1output of a client");
  client.Send(R"(4{"Width":90,"Height":20})"s.replace(0, 1, "\4"));
  CHECK(client.ReceiveOn('\1', 6) == "90x20 ");
  client.Send("\xff\4"s);
  CHECK(client.ReceiveOn('\3', 1) == kSuccess);
}

TEST_CASE("a WebSocket client that goes away cancels its handler") {
  TestServer test;
  {
    WebSocketClient client(test.server.ExecUrl(Request({"deaf"})), "v4.channel.k8s.io");
    CHECK(client.Receive() == "\1");
    client.Break();
  }
  CHECK(test.BecomesQuiet());
}

TEST_CASE("port-forward over channels: two a port, each begins with the port's number") {
  TestServer test;
  WebSocketClient client(test.server.PortForwardUrl({"s", {8080, 1}}), "v4.channel.k8s.io");
  std::string port = "\x90\x1f";
  std::map<char, std::string> first;
  std::string refusal;
  while (first.size() < 4 || refusal.empty()) {
    std::string message = client.Receive();
    bool announces = !first.contains(message[0]);
    (announces ? first[message[0]] : refusal) = message.substr(1);
  }
  CHECK(first == std::map<char, std::string>{{0, port}, {1, port}, {2, "\1\0"s}, {3, "\1\0"s}});
  CHECK(refusal == "connect to port 1 of \"s\": refused");
  client.Send("\0ping"s);
  CHECK(client.ReceiveOn('\0', 4) == "ping");
}

TEST_CASE("port-forward over channels without ports is a bad request") {
  TestServer test;
  CHECK_THROWS(WebSocketClient(test.server.PortForwardUrl({"s", {}}), "v4.channel.k8s.io"));
  CHECK_THROWS(
      WebSocketClient(test.server.PortForwardUrl({"s", {1, 2, 3, 4, 5, 6}}), "v4.channel.k8s.io"));
}

TEST_CASE("port-forward as SPDY in a WebSocket, however the messages cut it") {
  TestServer test;
  for (size_t cut : {1, 7, 4096}) {
    WebSocketClient client(test.server.PortForwardUrl({"s", {}}), "SPDY/3.1+portforward.k8s.io");
    spdy::FrameWriter writer;
    std::string bytes = writer.Write(
        spdy::SynStream{1, {{"streamtype", "error"}, {"port", "80"}, {"requestid", "0"}}, true});
    bytes += writer.Write(
        spdy::SynStream{3, {{"streamtype", "data"}, {"port", "80"}, {"requestid", "0"}}, false});
    bytes += spdy::DataHead(3, 5, true) + "hello";
    for (size_t at = 0; at < bytes.size(); at += cut) client.Send(bytes.substr(at, cut));
    spdy::FrameReader reader{spdy::FrameLimits()};
    std::string data;
    bool fin = false;
    while (!fin) {
      std::string message = client.Receive();
      std::string_view rest = message;
      while (auto frame = reader.Next(&rest)) {
        const auto* piece = std::get_if<spdy::Data>(&*frame);
        if (piece == nullptr || piece->stream != 3) continue;
        data += piece->bytes;
        fin = piece->fin;
      }
    }
    CHECK(data == "hello");
  }
}

}  // namespace
}  // namespace crimux::vm::streaming
