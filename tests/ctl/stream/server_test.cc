#include <csignal>
#include <future>
#include <random>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/pipe.h"
#include "ctl/stream/session.h"
#include "tests/ctl/stream/terminals.h"
#include "tests/vmruntime/streaming/fake_handlers.h"

// Against the VM runtime's own server.
namespace crimux::ctl {
namespace {

using vm::streaming::CommandRequest;
using vm::streaming::TestServer;

CommandRequest Command(std::vector<std::string> words, bool tty = false) {
  return vm::streaming::Request(std::move(words), tty);
}

// A session in the background, with pipes for what it isn't given.
class Running {
 public:
  Running(std::string url, SessionOptions options) {
    if (options.in == 0) options.in = in.read.get();
    options.out = out.write.get();
    options.err = err.write.get();
    end = std::async(std::launch::async, [this, url, options] {
      auto done = [this] {
        out.write.reset();
        err.write.reset();
      };
      try {
        SessionEnd result = RunSession(url, options);
        done();
        return result;
      } catch (...) {
        done();
        throw;
      }
    });
  }

  Pipe in = MakePipe();
  Pipe out = MakePipe();
  Pipe err = MakePipe();
  std::future<SessionEnd> end;
};

TEST_CASE("input is passed on to its end, and all comes back unchanged") {
  TestServer test;
  std::string bytes(5 << 20, '\0');
  std::mt19937 random(7);
  for (char& byte : bytes) byte = static_cast<char>(random());
  Running session(test.server.ExecUrl(Command({"echo"})), {.input = true});
  std::thread writer([&] {
    size_t at = 0;
    while (at < bytes.size()) {
      at += static_cast<size_t>(
          ::write(session.in.write.get(), bytes.data() + at, bytes.size() - at));
    }
    session.in.write.reset();
  });
  bool same = ReadToEnd(session.out.read.get()) == bytes;
  CHECK(same);
  writer.join();
  CHECK(session.end.get().exit_code == 0);
}

TEST_CASE("a command's outputs stay apart, and its exit code comes back") {
  TestServer test;
  Running both(test.server.ExecUrl(Command({"both"})), {});
  CHECK(ReadToEnd(both.out.read.get()) == "out");
  CHECK(ReadToEnd(both.err.read.get()) == "err");
  CHECK(both.end.get().exit_code == 0);
  Running exits(test.server.ExecUrl(Command({"exit", "42"})), {});
  CHECK(exits.end.get().exit_code == 42);
}

TEST_CASE("what the server fails with is the session's error") {
  TestServer test;
  CHECK_THROWS_WITH(RunSession(test.server.ExecUrl(Command({"fail"})), {}),
                    Catch::Contains("it is broken"));
  std::string url = test.server.ExecUrl(Command({"exit", "0"}));
  CHECK(RunSession(url, {}).exit_code == 0);
  // A URL serves once.
  CHECK_THROWS_WITH(RunSession(url, {}), Catch::Contains("HTTP 404"));
}

TEST_CASE("a terminal is raw, tells its size and every other one, and the escape key leaves") {
  TestServer test;
  Pty pty(90, 20);
  Running session(test.server.ExecUrl(Command({"sizes"}, true)),
                  {.input = true, .tty = true, .escape = kEscapeKey, .in = pty.terminal.get()});
  CHECK(ReadUntil(session.out.read.get(), "90x20 ") == "90x20 ");
  CHECK(pty.IsRaw());
  pty.Resize(100, 30);
  ::raise(SIGWINCH);
  CHECK(ReadUntil(session.out.read.get(), "100x30 ") == "100x30 ");
  pty.Type("\3abc\x1d");
  CHECK(session.end.get().left);
  CHECK_FALSE(pty.IsRaw());
  CHECK(test.BecomesQuiet());
}

TEST_CASE("keys come as they are, and what is before the escape key still does") {
  TestServer test;
  Pty pty(80, 24);
  Running session(test.server.AttachUrl(Command({}, true)),
                  {.input = true, .tty = true, .escape = kEscapeKey, .in = pty.terminal.get()});
  REQUIRE(pty.BecomesRaw());
  pty.Type("\3\4\r");
  CHECK(ReadUntil(session.out.read.get(), "\r") == "\3\4\r");
  pty.Type("\x1d");
  CHECK(session.end.get().left);
}

TEST_CASE("input that comes from no terminal has no escape key") {
  TestServer test;
  Running session(test.server.ExecUrl(Command({"echo"})), {.input = true, .escape = kEscapeKey});
  REQUIRE(::write(session.in.write.get(),
                  "a\x1d"
                  "b",
                  3) == 3);
  session.in.write.reset();
  CHECK(ReadToEnd(session.out.read.get()) ==
        "a\x1d"
        "b");
  CHECK_FALSE(session.end.get().left);
}

TEST_CASE("a file is input, too") {
  TestServer test;
  UniqueFd file(::open("/etc/passwd", O_RDONLY | O_CLOEXEC));
  Running session(test.server.ExecUrl(Command({"echo"})), {.input = true, .in = file.get()});
  CHECK_THAT(ReadToEnd(session.out.read.get()), Catch::Contains("root:"));
  CHECK(session.end.get().exit_code == 0);
}

}  // namespace
}  // namespace crimux::ctl
