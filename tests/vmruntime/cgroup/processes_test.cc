#include "vmruntime/cgroup/processes.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "vmruntime/cgroup/cpu_list.h"

namespace crimux::vm {
namespace {

TEST_CASE("lists of CPUs are read as the kernel writes them") {
  CHECK(ParseCpuList("0") == std::set<unsigned>{0});
  CHECK(ParseCpuList("0-2,5") == std::set<unsigned>{0, 1, 2, 5});
  for (const char* list : {"", "a", "1-", "-1", "3-1", "1,,2", "0-99999999", "1 2"}) {
    INFO(list);
    CHECK_THROWS_AS(ParseCpuList(list), Error);
  }
}

// A child that has a child, both asleep; `grandchild` is read from a pipe.
struct Family {
  pid_t child = 0;
  pid_t grandchild = 0;

  Family() {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    child = ::fork();
    if (child == 0) {
      pid_t pid = ::fork();
      if (pid != 0) [[maybe_unused]]
        ssize_t n = ::write(ends[1], &pid, sizeof(pid));
      ::pause();
      ::_exit(0);
    }
    REQUIRE(::read(ends[0], &grandchild, sizeof(grandchild)) == sizeof(grandchild));
    ::close(ends[0]);
    ::close(ends[1]);
  }
  ~Family() {
    ::kill(grandchild, SIGKILL);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
};

TEST_CASE("a process is found with its children, and gets an OOM score with them") {
  Family family;
  std::vector<int> pids = WithDescendants({family.child});
  CHECK(pids == std::vector<int>{family.child, family.grandchild});
  SetOomScore(pids, 977);
  for (int pid : pids) CHECK(ReadFile(fmt::format("/proc/{}/oom_score_adj", pid)) == "977\n");
  SetOomScore({999'999'999}, 1);  // has ended
}

}  // namespace
}  // namespace crimux::vm
