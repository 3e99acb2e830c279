#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/temporary_dir.h"
#include "tests/vmruntime/cgroup/fake_cgroup_v2.h"
#include "vmruntime/cgroup/cgroups.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;

struct V2 {
  TemporaryDir dir;
  fs::path root = dir.path() / "cgroup";
  FakeCgroupV2 files{root};
  Cgroups cgroups{root, files};
};

TEST_CASE("v2: a cgroup gets the controllers of those around it") {
  V2 v2;
  CHECK(v2.cgroups.version() == 2);
  v2.cgroups.Make("/kubepods/pod7/4f2");
  CHECK(fs::exists(v2.root / "kubepods/pod7/4f2/memory.max"));
  CHECK(fs::exists(v2.root / "kubepods/pod7/4f2/cpu.max"));
  CHECK(ReadFile(v2.root / "kubepods/pod7/4f2/cgroup.subtree_control").empty());
  v2.cgroups.Make("/kubepods/pod7/4f2");  // again
}

TEST_CASE("v2: limits stand in its files, a later one beside the others") {
  V2 v2;
  v2.cgroups.Make("/pod");
  v2.cgroups.Set("/pod", {.cpu_shares = 1024, .cpu_quota = 50000, .memory = 1 << 20});
  CHECK(ReadFile(v2.root / "pod/cpu.max") == "50000 100000");
  v2.cgroups.Set("/pod", {.cpu_quota = 20000, .cpu_period = 50000});
  CHECK(ReadFile(v2.root / "pod/cpu.max") == "20000 50000");
  CHECK(ReadFile(v2.root / "pod/cpu.weight") == "39");
  CHECK(ReadFile(v2.root / "pod/memory.max") == "1048576");
}

TEST_CASE("v2: a limit that the kernel refuses leaves all limits as they were") {
  V2 v2;
  v2.cgroups.Make("/pod");
  v2.files.refused = {"memory.max"};
  CHECK_THROWS_WITH(v2.cgroups.Set("/pod", {.cpu_quota = 50000, .memory = 1 << 20}),
                    Catch::Contains("memory.max"));
  CHECK(ReadFile(v2.root / "pod/cpu.max") == "max 100000");
  CHECK(ReadFile(v2.root / "pod/memory.max") == "max");
}

TEST_CASE("v2: a controller that the node hasn't is named") {
  V2 v2;
  FakeCgroupV2::Put(v2.root / "cgroup.controllers", "cpu pids");
  v2.cgroups.Make("/pod");
  CHECK_THROWS_WITH(v2.cgroups.Set("/pod", {.memory = 1 << 20}),
                    Catch::Contains("no controller memory"));
  v2.cgroups.Set("/pod", {.hugepages = {{"2MB", 0}}});  // nobody counts them
}

TEST_CASE("v2: processes move, and those that have ended don't matter") {
  V2 v2;
  v2.cgroups.Make("/pod/vm");
  v2.cgroups.Move("/pod/vm", {::getpid()});
  CHECK(ReadFile(v2.root / "pod/vm/cgroup.procs") == std::to_string(::getpid()) + "\n");
  v2.files.refused = {"cgroup.procs"};
  v2.cgroups.Move("/pod/vm", {999'999'999});
  CHECK_THROWS_AS(v2.cgroups.Move("/pod/vm", {::getpid()}), Error);
}

TEST_CASE("v2: a cgroup in use stays, an empty one goes, and a missing one has gone") {
  V2 v2;
  v2.cgroups.Make("/pod/vm");
  CHECK_FALSE(v2.cgroups.Remove("/pod"));
  CHECK(v2.cgroups.Remove("/pod/vm"));
  CHECK(v2.cgroups.Remove("/pod/vm"));
  CHECK(v2.cgroups.Remove("/pod"));
  CHECK_FALSE(fs::exists(v2.root / "pod"));
}

TEST_CASE("v2: what isn't there yet is known before it is made") {
  V2 v2;
  v2.cgroups.Make("/kubepods");
  CHECK(v2.cgroups.Missing("/kubepods/pod7/vm") ==
        std::vector<fs::path>{"/kubepods/pod7", "/kubepods/pod7/vm"});
  v2.cgroups.Make("/kubepods/pod7/vm");
  CHECK(v2.cgroups.Missing("/kubepods/pod7/vm").empty());
}

TEST_CASE("v2: kills for want of memory are counted") {
  V2 v2;
  CHECK(v2.cgroups.OomKills("/pod") == 0);
  v2.cgroups.Make("/pod");
  CHECK(v2.cgroups.OomKills("/pod") == 0);
  FakeCgroupV2::Put(v2.root / "pod/memory.events", "oom 3\noom_kill 2\noom_group_kill 0\n");
  CHECK(v2.cgroups.OomKills("/pod") == 2);
}

TEST_CASE("v2: page cache isn't held, shared memory is") {
  V2 v2;
  CHECK(v2.cgroups.MemoryHeld("/pod") == std::nullopt);
  v2.cgroups.Make("/pod");
  FakeCgroupV2::Put(v2.root / "pod/memory.current", "1000\n");
  FakeCgroupV2::Put(v2.root / "pod/memory.stat", "anon 300\nfile 600\nshmem 200\n");
  CHECK(v2.cgroups.MemoryHeld("/pod") == 600U);
}

TEST_CASE("v2: readers are told where the files are") {
  V2 v2;
  CHECK(v2.cgroups.Folder("/pod/vm", "memory") == v2.root / "pod/vm");
  CHECK(v2.cgroups.Folder("/pod/vm", "cpuacct") == v2.root / "pod/vm");
  CHECK(v2.cgroups.Folder("/pod/vm", "rdma") == std::nullopt);
}

TEST_CASE("a node without cgroups says so") {
  TemporaryDir dir;
  CgroupFiles files;
  Cgroups cgroups(dir.path(), files);
  CHECK_THROWS_WITH(cgroups.Make("/pod"), Catch::Contains("no cgroups are mounted"));
  CHECK(cgroups.Remove("/pod"));
}

}  // namespace
}  // namespace crimux::vm
