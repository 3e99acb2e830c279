// Clients that don't read, and handlers that don't.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>

#include <catch2/catch.hpp>

#include "tests/vmruntime/streaming/clients.h"
#include "tests/vmruntime/streaming/fake_handlers.h"

namespace crimux::vm::streaming {
namespace {

constexpr int64_t kOffered = 1LL << 30;
// Both kernel buffers of the connection, which grow to some MiB, and ours.
constexpr int64_t kMostTaken = 16 << 20;

// Waits until a counter hasn't changed for a second.
int64_t WaitUntilStill(const std::atomic<int64_t>& counter) {
  int64_t last = -1;
  while (counter != last) {
    last = counter;
    ::poll(nullptr, 0, 1000);
  }
  return last;
}

// Of this process, client and server both; bytes.
int64_t ResidentMemory() {
  std::ifstream file("/proc/self/statm");
  int64_t pages = 0;
  file >> pages >> pages;
  return pages * ::sysconf(_SC_PAGESIZE);
}

TEST_CASE("a client that doesn't read is offered 1 GiB and takes a few MiB") {
  TestServer test;
  int64_t before = ResidentMemory();
  auto request = Request({"flood", std::to_string(kOffered)});
  SECTION("SPDY") {
    CommandClient client(test.server.ExecUrl(request), "v4.channel.k8s.io");
    client.spdy.ReadSome(client.out, 1);
    CHECK(WaitUntilStill(test.handlers.flooded) < kMostTaken);
    // Another one is served meanwhile.
    CommandClient other(test.server.ExecUrl(Request({"both"})), "v4.channel.k8s.io");
    CHECK(other.spdy.ReadAll(other.out) == "out");
  }
  SECTION("WebSocket") {
    WebSocketClient client(test.server.ExecUrl(request), "v5.channel.k8s.io");
    client.ReceiveOn('\1', 1);
    CHECK(WaitUntilStill(test.handlers.flooded) < kMostTaken);
  }
  CHECK(ResidentMemory() - before < kMostTaken);
  CHECK(test.BecomesQuiet());
}

// Sends until nothing is taken any more; what was.
int64_t SendUntilFull(int connection, const std::string& piece) {
  int64_t sent = 0;
  pollfd watched{.fd = connection, .events = POLLOUT, .revents = 0};
  while (sent<kOffered&& ::poll(&watched, 1, 1000)> 0) {
    ssize_t length = ::send(connection, piece.data(), piece.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (length > 0) sent += length;
  }
  return sent;
}

TEST_CASE("a handler that doesn't read stops its client, whose loss is noticed all the same") {
  TestServer test;
  {
    CommandClient client(test.server.ExecUrl(Request({"deaf"})), "v4.channel.k8s.io");
    SendAll(client.spdy.fd(), spdy::DataHead(client.in, spdy::kLongestData, false));
    // One frame is enough: it is longer than what may be taken.
    CHECK(SendUntilFull(client.spdy.fd(), std::string(1 << 16, 'x')) < int64_t{spdy::kLongestData});
    CHECK(test.handlers.running == 1);
    // The connection breaks; a mere end would wait behind what isn't read.
    linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(client.spdy.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  }
  CHECK(test.BecomesQuiet());
}

TEST_CASE("a forwarded connection that nobody reads is reset in time, and the others go on") {
  TestServer test({}, {.stall = std::chrono::milliseconds(100)});
  SpdyClient client(test.server.PortForwardUrl({"s", {}}), "portforward.k8s.io");
  auto open = [&](const std::string& port, const std::string& id) {
    client.Open({{"streamtype", "error"}, {"port", port}, {"requestid", id}}, true);
    return client.Open({{"streamtype", "data"}, {"port", port}, {"requestid", id}});
  };
  uint32_t deaf = open("3", "0");
  uint32_t good = open("80", "1");
  for (int i = 0; i < 10; ++i) client.Send(deaf, std::string(1 << 16, 'x'));
  client.Send(good, "good", true);
  CHECK(client.ReadAll(good) == "good");
  CHECK_THAT(client.EndOf(deaf), Catch::Contains("reset"));
}

TEST_CASE("streams that the client doesn't open end the session") {
  TestServer test({}, {.creation = std::chrono::seconds(2)});
  SpdyClient client(test.server.ExecUrl(Request({"echo"})), "v4.channel.k8s.io");
  client.Open({{"streamtype", "error"}});
  client.WaitForGoAway();
  SpdyClient single(test.server.PortForwardUrl({"s", {}}), "portforward.k8s.io");
  uint32_t stream = single.Open({{"streamtype", "data"}, {"port", "80"}, {"requestid", "0"}});
  single.ReadAll(stream);
  CHECK(single.EndOf(stream) == "reset");
}

TEST_CASE("a request that doesn't come ends the connection") {
  TestServer test({}, {.creation = std::chrono::seconds(2)});
  UniqueFd connection = Connect(test.server.AttachUrl(Request({})));
  SendAll(connection.get(), "POST /attach/");
  CHECK(ReadHead(connection.get()).empty());
}

TEST_CASE("pings without end from a client that doesn't read cost bounded memory") {
  TestServer test;
  CommandClient client(test.server.ExecUrl(Request({"deaf"})), "v4.channel.k8s.io");
  std::string pings;
  for (int i = 0; i < 1000; ++i) pings += spdy::Write(spdy::Ping{1});
  // They are read on, and the answers beyond the limit are not kept.
  for (int i = 0; i < 5000; ++i) SendAll(client.spdy.fd(), pings);
  CHECK_FALSE(client.spdy.WaitForGoAway());
  CHECK(test.BecomesQuiet());
}

TEST_CASE("a session on which nothing goes ends") {
  StreamingConfig config;
  config.idle_timeout = std::chrono::milliseconds(200);
  TestServer test(config);
  CommandClient client(test.server.ExecUrl(Request({"deaf"})), "v4.channel.k8s.io");
  client.spdy.WaitForGoAway();
  CHECK(test.BecomesQuiet());
}

}  // namespace
}  // namespace crimux::vm::streaming
