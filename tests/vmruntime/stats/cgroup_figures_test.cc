#include "vmruntime/stats/cgroup_figures.h"

#include <catch2/catch.hpp>

#include "tests/temporary_dir.h"
#include "tests/vmruntime/stats/small_files.h"

namespace crimux::vm {
namespace {

// A process in a faked /proc, and cgroups in faked hierarchies.
struct CgroupFiguresFixture {
  TemporaryDir dir;
  std::filesystem::path root = dir.path() / "cgroup";

  explicit CgroupFiguresFixture(int resident_kib = 4) {
    std::string resident = std::to_string(resident_kib);
    MakeFile(dir.path() / "proc/7/stat",
             "7 (qemu) S 1 7 7 0 -1 0 1000 0 20 0 300 200 0 0 20 0 9 0 4242 1 2 3\n");
    MakeFile(dir.path() / "proc/7/status",
             "VmRSS:\t " + resident + " kB\nRssAnon:\t " + resident + " kB\nVmSwap:\t 512 kB\n");
  }
  void Put(const std::string& file, const std::string& text) { MakeFile(root / file, text); }
  MachineFigures Read(const std::string& cgroup) {
    CgroupFiles files;
    auto figures = ReadMachineFigures(dir.path() / "proc", 7, Cgroups(root, files), cgroup);
    REQUIRE(figures);
    return *figures;
  }
};

TEST_CASE("cgroup v2: a machine's cgroup counts all that lives in it") {
  CgroupFiguresFixture f;
  f.Put("cgroup.controllers", "cpu memory pids\n");
  const std::string group = "kubepods/pod7/c0ffee/";
  f.Put(group + "cpu.stat", "usage_usec 7000000\nuser_usec 1\nsystem_usec 2\n");
  f.Put(group + "cpu.pressure", "some avg10=1.00 avg60=2.00 avg300=3.00 total=4\n");
  f.Put(group + "memory.current", "104857600\n");
  f.Put(group + "memory.stat",
        "anon 1000\nfile 60\nshmem 90000000\ninactive_file 4857600\npgfault 77\npgmajfault 8\n");
  f.Put(group + "memory.swap.current", "4096\n");
  f.Put(group + "memory.swap.max", "8192\n");
  f.Put(group + "memory.pressure",
        "some avg10=0.00 avg60=0.00 avg300=0.00 total=5\nfull avg10=0.00 avg60=0.00 avg300=0.00 "
        "total=6\n");
  f.Put(group + "pids.current", "23\n");
  MachineFigures figures = f.Read("/kubepods/pod7/c0ffee");
  CHECK(figures.cpu == 7'000'000'000);
  CHECK(figures.usage == 104'857'600);
  CHECK(figures.working_set == 100'000'000);
  CHECK(figures.rss == 90'001'000);
  CHECK(figures.swap == 4096);
  CHECK(figures.swap_limit == 8192);
  CHECK(figures.page_faults == 77);
  CHECK(figures.major_page_faults == 8);
  CHECK(figures.tasks == 23);
  REQUIRE(figures.cpu_pressure);
  CHECK(figures.cpu_pressure->some.avg60 == 2);
  REQUIRE(figures.memory_pressure);
  CHECK(figures.memory_pressure->full.total == 6000);
  CHECK_FALSE(figures.io_pressure);
}

TEST_CASE("cgroup v2: no limit of swap is none") {
  CgroupFiguresFixture f;
  f.Put("cgroup.controllers", "cpu memory\n");
  f.Put("x/crimux-c0ffee.scope/memory.current", "5000\n");
  f.Put("x/crimux-c0ffee.scope/memory.stat", "anon 1\ninactive_file 9000\n");
  f.Put("x/crimux-c0ffee.scope/memory.swap.max", "max\n");
  MachineFigures figures = f.Read("/x/crimux-c0ffee.scope");
  CHECK_FALSE(figures.swap_limit);
  CHECK(figures.usage == 5000);
  // What the cgroup doesn't have, the process does.
  CHECK(figures.tasks == 9);
  CHECK(figures.swap == 512U << 10);
}

TEST_CASE("cgroup v1: each figure comes from its hierarchy") {
  CgroupFiguresFixture f;
  f.Put("cpuacct/pods/c0ffee/cpuacct.usage", "123456789\n");
  f.Put("pids/pods/c0ffee/pids.current", "12\n");
  f.Put("memory/pods/c0ffee/memory.usage_in_bytes", "1000000\n");
  f.Put("memory/pods/c0ffee/memory.limit_in_bytes", "2000000\n");
  f.Put("memory/pods/c0ffee/memory.memsw.limit_in_bytes", "2500000\n");
  f.Put("memory/pods/c0ffee/memory.stat",
        "inactive_file 1\ntotal_inactive_file 300000\ntotal_rss 500000\ntotal_shmem 40000\n"
        "total_swap 77\ntotal_pgfault 33\ntotal_pgmajfault 4\n");
  MachineFigures figures = f.Read("/pods/c0ffee");
  CHECK(figures.cpu == 123'456'789);
  CHECK(figures.tasks == 12);
  CHECK(figures.usage == 1'000'000);
  CHECK(figures.working_set == 700'000);
  CHECK(figures.rss == 540'000);
  CHECK(figures.swap == 77);
  CHECK(figures.swap_limit == 500'000);
  CHECK(figures.page_faults == 33);
  CHECK_FALSE(figures.cpu_pressure);
}

TEST_CASE("cgroup v1: a limit of nearly 2^63 is none") {
  CgroupFiguresFixture f;
  f.Put("memory/pods/c0ffee/memory.usage_in_bytes", "10\n");
  f.Put("memory/pods/c0ffee/memory.limit_in_bytes", "9223372036854771712\n");
  f.Put("memory/pods/c0ffee/memory.memsw.limit_in_bytes", "9223372036854771712\n");
  f.Put("memory/pods/c0ffee/memory.stat", "total_rss 9\n");
  CHECK_FALSE(f.Read("/pods/c0ffee").swap_limit);
}

TEST_CASE("memory that the process had before it came into its cgroup counts") {
  CgroupFiguresFixture f(2048);
  f.Put("memory/pods/c0ffee/memory.usage_in_bytes", "1000000\n");
  f.Put("memory/pods/c0ffee/memory.stat", "total_rss 500000\ntotal_inactive_file 0\n");
  MachineFigures figures = f.Read("/pods/c0ffee");
  CHECK(figures.rss == 2U << 20);
  CHECK(figures.usage == 2U << 20);
  CHECK(figures.working_set == 2U << 20);
}

TEST_CASE("a cgroup that isn't there, or has no files, leaves the process's figures") {
  CgroupFiguresFixture none;
  CHECK(none.Read("/pods/c0ffee").rss == 4U << 10);
  CHECK(none.Read("").rss == 4U << 10);
  CgroupFiguresFixture empty;
  empty.Put("memory/pods/c0ffee/tasks", "");
  CHECK(empty.Read("/pods/c0ffee").rss == 4U << 10);
}

}  // namespace
}  // namespace crimux::vm
