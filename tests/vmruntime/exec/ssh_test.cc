#include <stdexcept>
#include <thread>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "tests/vmruntime/exec/spoiling_wire.h"
#include "tests/vmruntime/exec/ssh_server.h"
#include "tests/vmruntime/exec/streams.h"
#include "vmruntime/exec/node_key.h"
#include "vmruntime/exec/ssh_channel.h"
#include "vmruntime/exec/ssh_command.h"
#include "vmruntime/exec/ssh_connections.h"

namespace crimux::vm {
namespace {

using Catch::Contains;

struct SshFixture {
  TemporaryDir dir;
  NodeKey key{dir.path() / "id"};
  SshServer server{key.public_line(), dir.path() / "host-key"};
  boost::asio::io_context io;
  SshConnections connections;
  Gathered out;
  Gathered err;

  SshLogin Login(ssh_key with = nullptr) const {
    return {.user = "root",
            .key = with == nullptr ? key.key() : with,
            .host_key_file = dir.path() / "known"};
  }
  Awaitable<int> Command(std::vector<std::string> command, streaming::InputStream* in, bool tty) {
    SshLogin login = Login();
    auto endpoint = server.endpoint();
    auto connection = co_await connections.Get("guest", endpoint, login);
    streaming::CommandStreams streams{.in = in, .out = &out, .err = &err};
    co_return co_await RunOverSsh(connection, command, tty, streams);
  }
  int Run(std::vector<std::string> command, streaming::InputStream* in = nullptr,
          bool tty = false) {
    return RunHere(io, Command(std::move(command), in, tty));
  }
};

TEST_CASE("a shell gets each word as it is") {
  CHECK(ShellLine({"echo", "a b", "it's", "$HOME `x` \"q\"", ""}) ==
        "exec 'echo' 'a b' 'it'\\''s' '$HOME `x` \"q\"' ''");
}

TEST_CASE("a command over SSH gives its outputs apart, and its exit code") {
  SshFixture f;
  CHECK(f.Run({"sh", "-c", "echo out; echo err >&2; exit 7"}) == 7);
  CHECK(f.out.text == "out\n");
  CHECK(f.err.text == "err\n");
}

TEST_CASE("words with quotes, spaces and line breaks reach the command unchanged") {
  SshFixture f;
  CHECK(f.Run({"printf", "%s|", "a b", "it's \"so\"", "$HOME;`id`", "two\nlines", ""}) == 0);
  CHECK(f.out.text == "a b|it's \"so\"|$HOME;`id`|two\nlines||");
}

TEST_CASE("megabytes go through a command both ways, byte for byte") {
  SshFixture f;
  std::deque<std::string> pieces;
  std::string all;
  for (int i = 0; i < 300; ++i) {
    pieces.push_back(std::string(32 << 10, static_cast<char>(i)));
    all += pieces.back();
  }
  Given in(pieces);
  CHECK(f.Run({"cat"}, &in) == 0);
  CHECK((f.out.text == all));
}

TEST_CASE("what came while the other output was looked at is news") {
  SshFixture f;
  auto work = [](SshFixture& fixture) -> Awaitable<int> {
    SshLogin login = fixture.Login();
    auto connection = co_await fixture.connections.Get("guest", fixture.server.endpoint(), login);
    auto channel = co_await SshChannel::Open(connection);
    std::string go = (fixture.dir.path() / "go").string();
    co_await channel->Execute("echo first; until [ -e " + go +
                              " ]; do sleep 0.01; done; echo out; sleep 30");
    // The first bytes make libssh write, which ends in news of its own.
    while (channel->Take(false).empty()) {
      co_await Sleep(std::chrono::milliseconds(10));
    }
    co_await Sleep(std::chrono::milliseconds(200));
    uint64_t seen = connection->News();
    WriteFileAtomically(go, "");
    // Nothing runs beside this: it is the look at one output that takes in the other's bytes.
    for (int i = 0; i < 3000 && connection->News() == seen; ++i) {
      if (!channel->Take(true).empty()) co_return 1;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    auto too_long = []() -> Awaitable<void> {
      co_await Sleep(std::chrono::seconds(10));
      throw std::runtime_error("it waits for what has come");
    };
    co_await Race(connection->WaitForNews(seen), too_long());
    co_return channel->Take(false) == "out\n" ? 0 : 2;
  };
  CHECK(RunHere(f.io, work(f)) == 0);
}

TEST_CASE("a terminal joins the outputs and has a name") {
  SshFixture f;
  CHECK(f.Run({"sh", "-c", "tty >/dev/null && echo $TERM; echo err >&2"}, nullptr, true) == 0);
  CHECK(f.out.text == "xterm\r\nerr\r\n");
  CHECK(f.err.text.empty());
}

TEST_CASE("a command that a signal ends has the shell's exit code for it") {
  SshFixture f;
  CHECK(f.Run({"sh", "-c", "kill -TERM $$"}) == 128 + 15);
}

TEST_CASE("a command that is cancelled is killed") {
  SshFixture f;
  std::string mark = (f.dir.path() / "mark").string();
  auto work = [](SshFixture& fixture, std::string file) -> Awaitable<int> {
    auto sleeper = [](SshFixture& g, std::string path) -> Awaitable<void> {
      std::vector<std::string> command = {"sh", "-c", "echo $$ >" + path + "; exec sleep 86399"};
      co_await g.Command(command, nullptr, false);
    };
    auto waiter = [](std::string path) -> Awaitable<void> {
      while (!std::filesystem::exists(path) || ReadFile(path).empty()) {
        co_await Sleep(std::chrono::milliseconds(10));
      }
    };
    co_await Race(sleeper(fixture, file), waiter(file));
    // The next command finds out what has become of the first one.
    std::string pid = ReadFile(file);
    pid.pop_back();
    for (int i = 0; i < 3000 && std::filesystem::exists("/proc/" + pid + "/exe"); ++i) {
      co_await Sleep(std::chrono::milliseconds(10));
    }
    co_return std::filesystem::exists("/proc/" + pid + "/exe") ? 1 : 0;
  };
  CHECK(RunHere(f.io, work(f, mark)) == 0);
}

// Has the wire spoil what comes after the first bytes.
class SpoilsTheRest final : public streaming::OutputStream {
 public:
  explicit SpoilsTheRest(SpoilingWire& wire) : wire_(wire) {}
  Awaitable<void> Write(std::string) override {
    wire_.Spoil();
    co_return;
  }
  Awaitable<void> Close() override { co_return; }

 private:
  SpoilingWire& wire_;
};

TEST_CASE(
    "a command whose bytes were changed on their way is at its end, and so is its connection") {
  SshFixture f;
  SpoilingWire wire(f.server.endpoint());
  SpoilsTheRest out(wire);
  auto work = [](SshFixture& fixture, SpoilingWire& by, SpoilsTheRest& to) -> Awaitable<int> {
    SshLogin login = fixture.Login();
    auto connection = co_await fixture.connections.Get("guest", by.endpoint(), login);
    std::vector<std::string> command = {"sh", "-c", "echo one; sleep 0.2; echo two; sleep 60"};
    streaming::CommandStreams streams{.out = &to};
    try {
      co_await RunOverSsh(connection, command, false, streams);
    } catch (const Error& e) {
      CHECK(e.code() == grpc::StatusCode::UNAVAILABLE);
    }
    co_return connection->Alive() ? 1 : 0;
  };
  CHECK(RunHere(f.io, work(f, wire, out)) == 0);
}

TEST_CASE("commands share a connection, one after the other and side by side") {
  SshFixture f;
  CHECK(f.Run({"true"}) == 0);
  auto both = [](SshFixture& fixture) -> Awaitable<int> {
    auto one = [](SshFixture& g, std::string text) -> Awaitable<void> {
      std::vector<std::string> command = {"echo", text};
      co_await g.Command(command, nullptr, false);
    };
    co_await Both(one(fixture, "a"), one(fixture, "b"));
    SshLogin login = fixture.Login();
    auto endpoint = fixture.server.endpoint();
    auto first = co_await fixture.connections.Get("guest", endpoint, login);
    auto second = co_await fixture.connections.Get("guest", endpoint, login);
    co_return first == second ? 0 : 1;
  };
  CHECK(RunHere(f.io, both(f)) == 0);
  CHECK(f.out.text.size() == 4);
}

TEST_CASE("a key that the guest doesn't know is refused") {
  SshFixture f;
  NodeKey other(f.dir.path() / "other");
  auto work = [](SshFixture& fixture, ssh_key key) -> Awaitable<int> {
    SshLogin login = fixture.Login(key);
    auto endpoint = fixture.server.endpoint();
    co_await fixture.connections.Get("x", endpoint, login);
    co_return 0;
  };
  CHECK_THROWS_WITH(RunHere(f.io, work(f, other.key())), Contains("it refuses the key"));
}

TEST_CASE("a guest whose host key has changed is not believed") {
  SshFixture f;
  CHECK(f.Run({"true"}) == 0);
  WriteFileAtomically(f.dir.path() / "known", "SHA256:another");
  auto work = [](SshFixture& fixture) -> Awaitable<int> {
    SshLogin login = fixture.Login();
    auto endpoint = fixture.server.endpoint();
    co_await fixture.connections.Get("again", endpoint, login);
    co_return 0;
  };
  CHECK_THROWS_WITH(RunHere(f.io, work(f)), Contains("SHA256:another"));
}

TEST_CASE("a guest without an SSH server is named") {
  SshFixture f;
  f.server.Stop();
  CHECK_THROWS_WITH(f.Run({"true"}), Contains("127.0.0.1") && Contains("refused"));
}

}  // namespace
}  // namespace crimux::vm
