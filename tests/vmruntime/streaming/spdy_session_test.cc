#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "tests/vmruntime/streaming/clients.h"
#include "tests/vmruntime/streaming/fake_handlers.h"

namespace crimux::vm::streaming {
namespace {

TEST_CASE("exec copies stdin to stdout until its end, in each protocol version") {
  TestServer test;
  for (const char* protocol : {"v5.channel.k8s.io", "v4.channel.k8s.io", "v3.channel.k8s.io",
                               "v2.channel.k8s.io", "channel.k8s.io"}) {
    INFO(protocol);
    CommandClient client(test.server.ExecUrl(Request({"echo"})), protocol);
    client.spdy.Send(client.in, "hello ");
    CHECK(client.spdy.ReadSome(client.out, 6) == "hello ");
    client.spdy.Send(client.in, "world", true);
    CHECK(client.spdy.ReadAll(client.out) == "world");
    bool json = protocol[1] == '4' || protocol[1] == '5';
    CHECK(client.spdy.ReadAll(client.error) == (json ? kSuccess : ""));
    CHECK(client.spdy.WaitForGoAway());
  }
}

TEST_CASE("stdout and stderr are streams of their own") {
  TestServer test;
  CommandClient client(test.server.ExecUrl(Request({"both"})), "v4.channel.k8s.io");
  CHECK(client.spdy.ReadAll(client.out) == "out");
  CHECK(client.spdy.ReadAll(client.err) == "err");
}

TEST_CASE("an exit code and a failure reach the client") {
  TestServer test;
  CommandClient exits(test.server.ExecUrl(Request({"exit", "42"})), "v4.channel.k8s.io");
  CHECK_THAT(exits.spdy.ReadAll(exits.error),
             Catch::Contains(R"("causes":[{"reason":"ExitCode","message":"42"}])"));
  CommandClient fails(test.server.ExecUrl(Request({"fail"})), "v4.channel.k8s.io");
  CHECK_THAT(fails.spdy.ReadAll(fails.error),
             Catch::Contains("it is broken") && Catch::Contains("InternalError"));
  CommandClient old(test.server.ExecUrl(Request({"exit", "7"})), "v2.channel.k8s.io");
  CHECK_THAT(old.spdy.ReadAll(old.error), Catch::Contains("exit status 7"));
}

TEST_CASE("a terminal's sizes reach the handler") {
  TestServer test;
  CommandClient client(test.server.ExecUrl(Request({"sizes"}, true)), "v4.channel.k8s.io", true);
  client.spdy.Send(client.resize, R"({"Width":80,"Height":24})");
  CHECK(client.spdy.ReadSome(client.out, 6) == "80x24 ");
  client.spdy.Send(client.resize, R"({"Width":100,"Hei)");
  client.spdy.Send(client.resize, R"(ght":30})", true);
  CHECK(client.spdy.ReadAll(client.out) == "100x30 ");
  CHECK(client.spdy.ReadAll(client.error) == kSuccess);
}

TEST_CASE("attach is served as exec is, at its own URL") {
  TestServer test;
  CommandClient client(test.server.AttachUrl(Request({})), "v4.channel.k8s.io");
  client.spdy.Send(client.in, "typed", true);
  CHECK(client.spdy.ReadAll(client.out) == "typed");
  CHECK(client.spdy.ReadAll(client.error) == kSuccess);
}

TEST_CASE("pings are answered, and streams of unknown or double kind are reset") {
  TestServer test;
  CommandClient client(test.server.ExecUrl(Request({"echo"})), "v4.channel.k8s.io");
  client.spdy.Ping(1);
  CHECK(client.spdy.Open({{"streamtype", "gossip"}}) == 0);
  CHECK(client.spdy.Open({{"streamtype", "stdout"}}) == 0);
  client.spdy.Send(client.in, "still here", true);
  CHECK(client.spdy.ReadAll(client.out) == "still here");
}

TEST_CASE("a client that goes away cancels its handler") {
  TestServer test;
  {
    CommandClient client(test.server.ExecUrl(Request({"deaf"})), "v4.channel.k8s.io");
    client.spdy.Ping(1);
    SpdyClient forward(test.server.PortForwardUrl({"s", {}}), "portforward.k8s.io");
    forward.Open({{"streamtype", "error"}, {"port", "3"}, {"requestid", "0"}});
    forward.Open({{"streamtype", "data"}, {"port", "3"}, {"requestid", "0"}});
    forward.Ping(1);
    CHECK(test.handlers.running == 2);
  }
  CHECK(test.BecomesQuiet());
}

TEST_CASE("bytes go through exec unchanged, both ways, more than any buffer holds") {
  TestServer test;
  CommandClient client(test.server.ExecUrl(Request({"echo"})), "v4.channel.k8s.io");
  std::string sent;
  std::string got;
  for (int i = 0; i < 200; ++i) {
    std::string piece(20011, static_cast<char>(i));
    client.spdy.Send(client.in, piece, i == 199);
    sent += piece;
    got += client.spdy.ReadSome(client.out, 1);
  }
  got += client.spdy.ReadAll(client.out);
  CHECK((got == sent));
}

struct Forward {
  TestServer test;
  SpdyClient client{test.server.PortForwardUrl({"s", {}}), "portforward.k8s.io"};

  struct Pair {
    uint32_t error;
    uint32_t data;
  };
  Pair Open(const std::string& port, const std::string& id) {
    uint32_t error =
        client.Open({{"streamtype", "error"}, {"port", port}, {"requestid", id}}, true);
    uint32_t data = client.Open({{"streamtype", "data"}, {"port", port}, {"requestid", id}});
    return {error, data};
  }
};

TEST_CASE("port-forward: many connections on one session, each with its own end") {
  Forward f;
  auto first = f.Open("80", "0");
  auto second = f.Open("443", "1");
  f.client.Send(second.data, "two");
  f.client.Send(first.data, "one", true);
  CHECK(f.client.ReadAll(first.data) == "one");
  CHECK(f.client.ReadAll(first.error).empty());
  CHECK(f.client.EndOf(first.error) == "fin");
  CHECK(f.client.ReadSome(second.data, 3) == "two");
  auto third = f.Open("80", "2");
  f.client.Send(third.data, "three", true);
  CHECK(f.client.ReadAll(third.data) == "three");
  f.client.Send(second.data, "more", true);
  CHECK(f.client.ReadAll(second.data) == "more");
}

TEST_CASE("port-forward: a refused port is told on its error stream, and the others live on") {
  Forward f;
  auto refused = f.Open("1", "0");
  auto good = f.Open("80", "1");
  CHECK(f.client.ReadAll(refused.error) == "connect to port 1 of \"s\": refused");
  CHECK(f.client.ReadAll(refused.data).empty());
  CHECK_THAT(f.client.EndOf(refused.data), Catch::Contains("reset"));
  f.client.Send(good.data, "good", true);
  CHECK(f.client.ReadAll(good.data) == "good");
}

TEST_CASE("port-forward: the error stream ends with the pod's bytes, while the client may go on") {
  Forward f;
  auto pair = f.Open("2", "0");
  CHECK(f.client.ReadAll(pair.data) == "welcome");
  CHECK_THAT(f.client.EndOf(pair.data), Catch::StartsWith("fin"));
  f.client.ReadAll(pair.error);
  CHECK_THAT(f.client.EndOf(pair.error), Catch::StartsWith("fin"));
}

TEST_CASE("port-forward: a connection that the client resets is cancelled alone") {
  Forward f;
  auto dead = f.Open("3", "0");
  auto good = f.Open("80", "1");
  f.client.Ping(1);
  CHECK(f.test.handlers.running == 2);
  f.client.Reset(dead.data);
  f.client.Send(good.data, "good", true);
  CHECK(f.client.ReadAll(good.data) == "good");
  CHECK(f.test.BecomesQuiet());
}

TEST_CASE("port-forward: streams without request id are paired by their numbers") {
  Forward f;
  uint32_t error = f.client.Open({{"streamtype", "error"}, {"port", "80"}}, true);
  uint32_t data = f.client.Open({{"streamtype", "data"}, {"port", "80"}});
  f.client.Send(data, "old", true);
  CHECK(f.client.ReadAll(data) == "old");
  CHECK(f.client.ReadAll(error).empty());
}

TEST_CASE("port-forward: streams without a port, or of another kind, are reset") {
  Forward f;
  for (const char* port : {"", "0", "65536", "-1", "http", "80x"}) {
    INFO(port);
    CHECK(f.client.Open({{"streamtype", "data"}, {"port", port}, {"requestid", "9"}}) == 0);
  }
  CHECK(f.client.Open({{"streamtype", "stdin"}, {"port", "80"}, {"requestid", "9"}}) == 0);
  auto pair = f.Open("80", "1");
  f.client.Send(pair.data, "good", true);
  CHECK(f.client.ReadAll(pair.data) == "good");
}

TEST_CASE("port-forward: fifty connections at once") {
  Forward f;
  std::vector<Forward::Pair> pairs;
  for (int i = 0; i < 50; ++i) pairs.push_back(f.Open("80", std::to_string(i)));
  for (auto [error, data] : pairs) f.client.Send(data, "number " + std::to_string(data), true);
  for (auto [error, data] : pairs) {
    CHECK(f.client.ReadAll(data) == "number " + std::to_string(data));
  }
}

}  // namespace
}  // namespace crimux::vm::streaming
