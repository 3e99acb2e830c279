#include "vmruntime/streaming/server.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/vmruntime/streaming/clients.h"
#include "tests/vmruntime/streaming/fake_handlers.h"

namespace crimux::vm::streaming {
namespace {

const std::string kSpdy =
    "Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n";

TEST_CASE("a URL serves once, by GET or POST, at its own place only") {
  TestServer test;
  for (const char* method : {"GET", "POST"}) {
    std::string url = test.server.ExecUrl(Request({"exit", "0"}));
    CHECK(Ask(url, method, kSpdy, false).starts_with("HTTP/1.1 101 "));
    CHECK(Ask(url, method, kSpdy).starts_with("HTTP/1.1 404 "));
  }
  std::string url = test.server.AttachUrl(Request({}));
  std::string elsewhere = url;
  elsewhere.replace(elsewhere.find("/attach/"), 8, "/exec/");
  CHECK(Ask(elsewhere, "POST", kSpdy).starts_with("HTTP/1.1 404 "));
  CHECK(Ask(url.substr(0, url.rfind('/')) + "/guessed", "POST", kSpdy).starts_with("HTTP/1.1 404"));
}

TEST_CASE("the answer to an upgrade names the protocol that was chosen") {
  TestServer test;
  std::string url = test.server.ExecUrl(Request({"exit", "0"}));
  std::string head = Ask(url, "POST", kSpdy, false);
  CHECK_THAT(head, Catch::Contains("Connection: Upgrade\r\n"));
  CHECK_THAT(head, Catch::Contains("Upgrade: SPDY/3.1\r\n"));
  CHECK_THAT(head, Catch::Contains("X-Stream-Protocol-Version: v4.channel.k8s.io\r\n"));
}

TEST_CASE("a refusal says why, and which protocols there are") {
  TestServer test;
  std::string url = test.server.ExecUrl(Request({"exit", "0"}));
  std::string reply = Ask(url, "POST",
                          "Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
                          "X-Stream-Protocol-Version: v9.channel.k8s.io\r\n");
  CHECK_THAT(reply, Catch::StartsWith("HTTP/1.1 403 "));
  CHECK_THAT(reply, Catch::Contains("X-Accepted-Stream-Protocol-Versions: v4.channel.k8s.io\r\n"));
  CHECK_THAT(reply, Catch::EndsWith("is known\n"));
}

TEST_CASE("what is no HTTP ends the connection, and nothing else") {
  TestServer test;
  UniqueFd connection = Connect(test.server.AttachUrl(Request({})));
  SendAll(connection.get(), "\x80\x03 what is this\r\n\r\n");
  CHECK(ReadHead(connection.get()).empty());
  CommandClient client(test.server.ExecUrl(Request({"exit", "0"})), "v4.channel.k8s.io");
  CHECK_THAT(client.spdy.ReadAll(client.error), Catch::Contains("Success"));
}

TEST_CASE("a request that can't be served gets no URL") {
  TestServer test;
  auto code_of = [&](CommandRequest request) {
    try {
      test.server.ExecUrl(std::move(request));
    } catch (const Error& e) {
      return e.code();
    }
    return grpc::StatusCode::OK;
  };
  CHECK(code_of({.container_id = "c"}) == grpc::StatusCode::INVALID_ARGUMENT);
  CHECK(code_of({.stdin = true}) == grpc::StatusCode::INVALID_ARGUMENT);
  CHECK(code_of({.container_id = "c", .stdout = true, .stderr = true, .tty = true}) ==
        grpc::StatusCode::INVALID_ARGUMENT);
  CHECK(code_of(Request({"x"})) == grpc::StatusCode::OK);
  CHECK_THROWS_AS(test.server.PortForwardUrl({}), Error);
}

TEST_CASE("a port that another one has is an error that names it") {
  TestServer test;
  std::string url = test.server.AttachUrl(Request({}));
  StreamingConfig config;
  config.port = static_cast<uint16_t>(std::stoi(url.substr(url.find(':', 7) + 1)));
  boost::asio::io_context io;
  CHECK_THROWS_WITH(Server(io, config, test.handlers),
                    Catch::Contains("127.0.0.1:" + std::to_string(config.port)));
}

}  // namespace
}  // namespace crimux::vm::streaming
