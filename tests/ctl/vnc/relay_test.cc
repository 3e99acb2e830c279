#include "ctl/vnc/relay.h"

#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include "base/error.h"
#include "ctl/vnc/password.h"
#include "tests/temporary_dir.h"

namespace crimux::ctl {
namespace {

using namespace std::string_literals;
namespace asio = boost::asio;

constexpr const char* kPassword = "secret42";
const std::string kVersion = "RFB 003.008\n";

template <typename Socket>
std::string Read(Socket& socket, size_t size) {
  std::string bytes(size, '\0');
  asio::read(socket, asio::buffer(bytes));
  return bytes;
}

template <typename Socket>
void Write(Socket& socket, std::string_view bytes) {
  asio::write(socket, asio::buffer(bytes));
}

// As QEMU's on a Unix socket: asks for nothing, says "picture", and answers each byte with itself.
class FakeVnc {
 public:
  explicit FakeVnc(const std::filesystem::path& socket, std::string types = "\1\1")
      : types_(std::move(types)), acceptor_(io_, socket.string()), thread_([this] { Run(); }) {}
  ~FakeVnc() {
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    thread_.join();
  }
  std::string inits() {
    std::lock_guard lock(mutex_);
    return inits_;
  }

 private:
  void Run() {
    boost::system::error_code error;
    for (;;) {
      auto socket = acceptor_.accept(error);
      if (error) return;
      try {
        Serve(socket);
      } catch (const boost::system::system_error&) {
      }
    }
  }
  void Serve(asio::local::stream_protocol::socket& socket) {
    Write(socket, kVersion);
    Read(socket, kVersion.size());
    Write(socket, types_);
    Read(socket, 1);
    Write(socket, "\0\0\0\0"s);
    std::string init = Read(socket, 1);
    {
      std::lock_guard lock(mutex_);
      inits_ += init;
    }
    Write(socket, "picture");
    for (;;) Write(socket, Read(socket, 1));
  }

  std::string types_;
  asio::io_context io_;
  asio::local::stream_protocol::acceptor acceptor_;
  std::mutex mutex_;
  std::string inits_;
  std::thread thread_;
};

struct Bench {
  explicit Bench(std::chrono::milliseconds patience = std::chrono::seconds(30))
      : relay(io, {.socket = dir.path() / "vnc",
                   .password = kPassword,
                   .patience = patience,
                   .note =
                       [this](const std::string& words) {
                         std::lock_guard lock(mutex);
                         notes += words + "\n";
                       }}),
        thread([this] { io.run(); }) {}
  ~Bench() {
    io.stop();
    thread.join();
  }
  std::string Notes() {
    std::lock_guard lock(mutex);
    return notes;
  }

  TemporaryDir dir;
  std::mutex mutex;
  std::string notes;
  asio::io_context io{1};
  VncRelay relay;
  std::thread thread;
};

struct Viewer {
  explicit Viewer(Bench& bench) {
    socket.connect({asio::ip::address_v4::loopback(), bench.relay.port()});
  }
  // Up to the challenge.
  std::string Begin(const std::string& version) {
    CHECK(Read(socket, 12) == kVersion);
    Write(socket, version);
    if (version == "RFB 003.003\n") {
      CHECK(Read(socket, 4) == "\0\0\0\2"s);
    } else {
      CHECK(Read(socket, 2) == "\1\2");
      Write(socket, "\2");
    }
    return Read(socket, 16);
  }
  // The result of the authentication.
  std::string Enter(const std::string& version, const std::string& password) {
    Write(socket, ResponseTo(Begin(version), password));
    return Read(socket, 4);
  }
  bool AtEnd() {
    char byte = 0;
    boost::system::error_code error;
    asio::read(socket, asio::buffer(&byte, 1), error);
    return error.failed();
  }

  asio::io_context io;
  asio::ip::tcp::socket socket{io};
};

TEST_CASE("who knows the password sees the server, in every version; others may go on looking") {
  Bench bench;
  FakeVnc server(bench.dir.path() / "vnc");
  for (const char* version : {"RFB 003.008\n", "RFB 003.007\n", "RFB 003.003\n", "RFB 003.889\n"}) {
    INFO(version);
    Viewer viewer(bench);
    CHECK(viewer.Enter(version, kPassword) == "\0\0\0\0"s);
    // It wants the display for itself.
    Write(viewer.socket, "\0"s);
    CHECK(Read(viewer.socket, 7) == "picture");
    Write(viewer.socket, "keys");
    CHECK(Read(viewer.socket, 4) == "keys");
  }
  CHECK(server.inits() == "\1\1\1\1");
}

TEST_CASE(
    "a wrong password is refused after a second, in words, and the server never hears of it") {
  Bench bench;
  FakeVnc server(bench.dir.path() / "vnc");
  auto start = std::chrono::steady_clock::now();
  Viewer viewer(bench);
  CHECK(viewer.Enter("RFB 003.008\n", "secret43") == "\0\0\0\1"s);
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::seconds(1));
  CHECK(Read(viewer.socket, 18) == "\0\0\0\x0ewrong password"s);
  CHECK(viewer.AtEnd());
  Viewer old(bench);
  CHECK(old.Enter("RFB 003.003\n", "") == "\0\0\0\1"s);
  CHECK(old.AtEnd());
  CHECK(server.inits().empty());
  CHECK_THAT(bench.Notes(), Catch::Contains("wrong password"));
}

TEST_CASE("who chooses no password, or speaks something else, is not let in") {
  Bench bench;
  Viewer none(bench);
  Read(none.socket, 12);
  Write(none.socket, kVersion);
  Read(none.socket, 2);
  Write(none.socket, "\1");
  CHECK(none.AtEnd());
  Viewer other(bench);
  Read(other.socket, 12);
  Write(other.socket, "GET / HTTP/1");
  CHECK(other.AtEnd());
}

TEST_CASE("a viewer that says nothing loses its place, and no more than eight have one") {
  Bench bench(std::chrono::seconds(2));
  std::vector<std::unique_ptr<Viewer>> viewers;
  for (int i = 0; i < 8; ++i) {
    viewers.push_back(std::make_unique<Viewer>(bench));
    CHECK(Read(viewers.back()->socket, 12) == kVersion);
  }
  Viewer late(bench);
  CHECK(late.AtEnd());
  for (auto& viewer : viewers) CHECK(viewer->AtEnd());
  CHECK_THAT(bench.Notes(), Catch::Contains("it gives no password"));
  Viewer next(bench);
  CHECK(Read(next.socket, 12) == kVersion);
}

TEST_CASE("a server that is gone, or wants a password itself, is told of") {
  Bench bench;
  Viewer first(bench);
  CHECK(first.Enter(kVersion, kPassword) == "\0\0\0\0"s);
  Write(first.socket, "\1");
  CHECK(first.AtEnd());
  CHECK_THAT(bench.Notes(), Catch::Contains("connect to VNC server"));
  FakeVnc server(bench.dir.path() / "vnc", "\1\2");
  Viewer second(bench);
  CHECK(second.Enter(kVersion, kPassword) == "\0\0\0\0"s);
  Write(second.socket, "\1");
  CHECK(second.AtEnd());
  CHECK_THAT(bench.Notes(), Catch::Contains("it asks for a password"));
}

TEST_CASE("a port that is taken is an error that names it") {
  Bench bench;
  VncRelay::Options options{.socket = "/x", .password = kPassword, .port = bench.relay.port()};
  CHECK_THROWS_WITH(VncRelay(bench.io, options), Catch::Contains("127.0.0.1:"));
}

}  // namespace
}  // namespace crimux::ctl
