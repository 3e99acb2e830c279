#include "ctl/stream/session.h"

#include <future>

#include <boost/asio/read.hpp>
#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/pipe.h"
#include "tests/ctl/stream/fake_server.h"
#include "tests/ctl/stream/terminals.h"

// Against a server that does what runtimes do, or shouldn't.
namespace crimux::ctl {
namespace {

using namespace std::string_literals;

constexpr const char* kV4 = "v4.channel.k8s.io";
constexpr const char* kV5 = "v5.channel.k8s.io";
const std::string kSuccess = "\3{\"status\":\"Success\"}";

void Goodbye(ServerStream& stream) { stream.close(boost::beast::websocket::close_code::normal); }

TEST_CASE("v5 and v4 are offered, in this order") {
  FakeServer server(kV4, [](ServerStream& stream) {
    SendMessage(stream, kSuccess);
    Goodbye(stream);
  });
  CHECK(RunSession(server.url(), {}).exit_code == 0);
  server.Join();
  CHECK(server.offered() == "v5.channel.k8s.io, v4.channel.k8s.io");
}

TEST_CASE("a URL of TLS, or none, is refused by name") {
  CHECK_THROWS_WITH(RunSession("https://node/a", {}),
                    "use the runtime's URL \"https://node/a\": its scheme is not http");
  CHECK_THROWS_WITH(RunSession("/exec/token", {}),
                    "use the runtime's URL \"/exec/token\": it has no host");
}

TEST_CASE("a message is never cut into frames") {
  bool whole = false;
  FakeServer server(kV4, [&](ServerStream& stream) {
    // The frame's head: final, binary, masked, 16 bits of length.
    unsigned char head[4];
    boost::asio::read(stream.next_layer(), boost::asio::buffer(head));
    whole = head[0] == 0x82 && head[1] == 0xfe && head[2] * 256 + head[3] == 20001;
  });
  Pipe in = MakePipe();
  std::string piece(20000, 'x');
  REQUIRE(::write(in.write.get(), piece.data(), piece.size()) == 20000);
  CHECK_THROWS_AS(RunSession(server.url(), {.input = true, .in = in.read.get()}), Error);
  server.Join();
  CHECK(whole);
}

TEST_CASE("v4 can't tell the end of the input, and the user hears of it") {
  std::string came;
  FakeServer server(kV4, [&](ServerStream& stream) {
    came = ReceiveMessage(stream);
    SendMessage(stream, kSuccess);
    Goodbye(stream);
  });
  Pipe in = MakePipe();
  REQUIRE(::write(in.write.get(), "abc", 3) == 3);
  in.write.reset();
  std::string noted;
  SessionOptions options{.input = true, .in = in.read.get()};
  options.note = [&](std::string_view words) { noted += words; };
  CHECK(RunSession(server.url(), options).exit_code == 0);
  server.Join();
  CHECK(came == "\0abc"s);
  CHECK_THAT(noted, Catch::Contains("v4.channel.k8s.io, which can't tell the end of the input"));
}

TEST_CASE("a status in pieces is put together, whatever else comes") {
  FakeServer server(kV5, [](ServerStream& stream) {
    for (std::string_view message :
         {"\1", "\3{\"status\":\"Fail", "\7who", "\3ure\",", "\3\"message\":\"it is broken\"}"}) {
      SendMessage(stream, message);
    }
    SendMessage(stream, "");
    Goodbye(stream);
  });
  CHECK_THROWS_WITH(RunSession(server.url(), {}), "run in container: it is broken");
}

TEST_CASE("a session that breaks off without a status has failed") {
  FakeServer server(kV5, [](ServerStream& stream) { SendMessage(stream, "\1"); });
  try {
    RunSession(server.url(), {});
    FAIL("it didn't");
  } catch (const Error& e) {
    CHECK(e.code() == grpc::StatusCode::UNAVAILABLE);
  }
}

TEST_CASE("a server that speaks another protocol is told apart") {
  FakeServer server("channel.k8s.io", [](ServerStream&) {});
  CHECK_THROWS_WITH(RunSession(server.url(), {}),
                    Catch::Contains("it speaks \"channel.k8s.io\", neither"));
}

TEST_CASE("nobody listens") {
  CHECK_THROWS_WITH(RunSession("http://127.0.0.1:1/exec/t", {}),
                    "connect to \"127.0.0.1:1\": Connection refused");
}

TEST_CASE("a status is the end's, though input can't be sent any more") {
  FakeServer server(kV5, [](ServerStream& stream) {
    SendMessage(stream, kSuccess);
    Goodbye(stream);
  });
  Pipe in = MakePipe();
  std::thread writer([&] {
    std::string piece(1 << 20, 'x');
    ::signal(SIGPIPE, SIG_IGN);
    [[maybe_unused]] ssize_t n = ::write(in.write.get(), piece.data(), piece.size());
  });
  CHECK(RunSession(server.url(), {.input = true, .in = in.read.get()}).exit_code == 0);
  in.read.reset();
  writer.join();
}

}  // namespace
}  // namespace crimux::ctl
