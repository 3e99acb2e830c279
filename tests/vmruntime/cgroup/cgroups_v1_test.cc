#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "vmruntime/cgroup/cgroups.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;

// The kernel's own cgroups, on nodes that have v1; with cgroups of this test's own.
struct V1 {
  CgroupFiles files;
  Cgroups cgroups{"/sys/fs/cgroup", files};
  fs::path pod = fmt::format("/crimux-test-{}", ::getpid());
  bool usable = cgroups.version() == 1 && ::geteuid() == 0 && cgroups.Folder(pod, "memory") &&
                cgroups.Folder(pod, "cpu") && cgroups.Folder(pod, "cpuset");

  V1() {
    if (!usable) WARN("no cgroup v1 here");
  }
  ~V1() {
    cgroups.Remove(pod / "vm");
    cgroups.Remove(pod);
  }
  std::string Text(const std::string& controller, const std::string& file) const {
    return ReadFile(*cgroups.Folder(pod / "vm", controller) / file);
  }
};

// Sleeps until it is killed.
struct Child {
  pid_t pid = ::fork();
  Child() {
    if (pid == 0) {
      ::pause();
      ::_exit(0);
    }
  }
  ~Child() {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
};

TEST_CASE("v1: a process is held by the limits of its cgroup in every hierarchy") {
  V1 v1;
  if (!v1.usable) return;
  v1.cgroups.Make(v1.pod / "vm");
  v1.cgroups.Set(v1.pod / "vm", {.cpu_shares = 512,
                                 .cpu_quota = 30000,
                                 .cpu_period = 100000,
                                 .cpuset_cpus = "0",
                                 .memory = 64 << 20});
  CHECK(v1.Text("cpu", "cpu.shares") == "512\n");
  CHECK(v1.Text("cpu", "cpu.cfs_quota_us") == "30000\n");
  CHECK(v1.Text("cpuset", "cpuset.cpus") == "0\n");
  CHECK(v1.Text("memory", "memory.limit_in_bytes") == "67108864\n");
  {
    Child child;
    v1.cgroups.Move(v1.pod / "vm", {child.pid});
    for (const char* controller : {"cpu", "cpuset", "memory"}) {
      CHECK(v1.Text(controller, "cgroup.procs") == std::to_string(child.pid) + "\n");
    }
    CHECK_FALSE(v1.cgroups.Remove(v1.pod / "vm"));
  }
  CHECK(v1.cgroups.Remove(v1.pod / "vm"));
  CHECK(v1.cgroups.Remove(v1.pod));
  CHECK(v1.cgroups.Missing(v1.pod) == std::vector<fs::path>{v1.pod});
}

TEST_CASE("v1: memory and swap are raised and lowered together") {
  V1 v1;
  if (!v1.usable) return;
  v1.cgroups.Make(v1.pod / "vm");
  for (uint64_t size : {64U << 20, 128U << 20, 32U << 20}) {
    v1.cgroups.Set(v1.pod / "vm", {.memory = size, .swap = 1 << 20});
    CHECK(v1.Text("memory", "memory.limit_in_bytes") == std::to_string(size) + "\n");
  }
}

TEST_CASE("v1: a value that the kernel refuses is an INVALID_ARGUMENT, and changes nothing") {
  V1 v1;
  if (!v1.usable) return;
  v1.cgroups.Make(v1.pod / "vm");
  v1.cgroups.Set(v1.pod / "vm", {.cpu_quota = 30000});
  try {
    v1.cgroups.Set(v1.pod / "vm", {.cpu_quota = 40000, .cpuset_cpus = "4000"});
    FAIL("was taken");
  } catch (const Error& e) {
    CHECK(e.code() == grpc::StatusCode::INVALID_ARGUMENT);
  }
  CHECK(v1.Text("cpu", "cpu.cfs_quota_us") == "30000\n");
}

}  // namespace
}  // namespace crimux::vm
