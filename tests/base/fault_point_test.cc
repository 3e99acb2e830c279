#include "base/fault_point.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include <catch2/catch.hpp>

namespace crimux {
namespace {

// How a process ends that comes to "a.b" three times and then exits with 7: its
// exit code, or minus the signal.
int EndWith(const char* fault) {
  pid_t pid = ::fork();
  if (pid == 0) {
    ::setenv("CRIMUX_FAULT", fault, 1);
    for (int i = 0; i < 3; ++i) FaultPoint("a.b");
    ::_exit(7);
  }
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

TEST_CASE("a fault point kills the process that CRIMUX_FAULT names it to") {
  CHECK(EndWith("a.b") == -SIGKILL);
  CHECK(EndWith("a.b:1") == -SIGKILL);
  CHECK(EndWith("a.b:3") == -SIGKILL);
}

TEST_CASE("a fault point that is not named, or not reached often enough, does nothing") {
  CHECK(EndWith("") == 7);
  CHECK(EndWith("a") == 7);
  CHECK(EndWith("a.b.c") == 7);
  CHECK(EndWith("a.b:4") == 7);
}

}  // namespace
}  // namespace crimux
