#include "ctl/stream/raw_terminal.h"

#include <sys/wait.h>

#include "base/error.h"
#include "tests/ctl/stream/terminals.h"

namespace crimux::ctl {
namespace {

TEST_CASE("a terminal is raw, and then as it was") {
  Pty pty(80, 24);
  CHECK_FALSE(pty.IsRaw());
  {
    RawTerminal raw(pty.terminal.get());
    CHECK(pty.IsRaw());
  }
  CHECK_FALSE(pty.IsRaw());
}

TEST_CASE("a terminal is as it was when a signal ends the process, which dies of it") {
  for (int signal : {SIGTERM, SIGHUP, SIGINT, SIGSEGV, SIGABRT}) {
    INFO(signal);
    Pty pty(80, 24);
    pid_t child = ::fork();
    if (child == 0) {
      // Catch's own handlers are not to be asked.
      for (int own : {SIGTERM, SIGINT, SIGSEGV, SIGABRT}) ::signal(own, SIG_DFL);
      RawTerminal raw(pty.terminal.get());
      if (pty.IsRaw()) ::raise(signal);
      ::_exit(1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == signal);
    CHECK_FALSE(pty.IsRaw());
  }
}

TEST_CASE("what is no terminal can't be raw") {
  Pipe pipe = MakePipe();
  CHECK_THROWS_AS(RawTerminal(pipe.read.get()), Error);
}

}  // namespace
}  // namespace crimux::ctl
