#include "vmruntime/stats/cgroup_figures.h"

#include <catch2/catch.hpp>

#include "tests/temporary_dir.h"
#include "tests/vmruntime/stats/small_files.h"

namespace crimux::vm {
namespace {

// A process in a faked /proc and, by `cgroup`, in faked hierarchies.
struct Fixture {
  TemporaryDir dir;
  FigureRoots roots{.proc = dir.path() / "proc", .cgroups = dir.path() / "cgroup"};

  explicit Fixture(const std::string& cgroup) {
    MakeFile(roots.proc / "7/stat",
             "7 (qemu) S 1 7 7 0 -1 0 1000 0 20 0 300 200 0 0 20 0 9 0 4242 1 2 3\n");
    MakeFile(roots.proc / "7/status", "VmRSS:\t 2048 kB\nRssAnon:\t 2048 kB\nVmSwap:\t 512 kB\n");
    MakeFile(roots.proc / "7/cgroup", cgroup);
  }
  void Put(const std::string& file, const std::string& text) {
    MakeFile(roots.cgroups / file, text);
  }
  MachineFigures Read() {
    auto figures = ReadMachineFigures(roots, 7, "c0ffee");
    REQUIRE(figures);
    return *figures;
  }
};

TEST_CASE("cgroup v2: a machine's cgroup counts all that lives in it") {
  Fixture f("0::/kubepods/pod7/c0ffee\n");
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
  MachineFigures figures = f.Read();
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
  Fixture f("0::/x/crimux-c0ffee.scope\n");
  f.Put("x/crimux-c0ffee.scope/memory.current", "5\n");
  f.Put("x/crimux-c0ffee.scope/memory.stat", "anon 1\ninactive_file 9\n");
  f.Put("x/crimux-c0ffee.scope/memory.swap.max", "max\n");
  MachineFigures figures = f.Read();
  CHECK_FALSE(figures.swap_limit);
  CHECK(figures.usage == 5);
  CHECK(figures.working_set == 0);
  // What the cgroup doesn't have, the process does.
  CHECK(figures.tasks == 9);
  CHECK(figures.swap == 512U << 10);
}

TEST_CASE("cgroup v1: each figure comes from its hierarchy") {
  Fixture f(
      "5:memory:/pods/c0ffee\n4:cpu,cpuacct:/pods/c0ffee\n3:pids:/pods/c0ffee\n"
      "1:name=systemd:/\n0::/\n");
  f.Put("cpuacct/pods/c0ffee/cpuacct.usage", "123456789\n");
  f.Put("pids/pods/c0ffee/pids.current", "12\n");
  f.Put("memory/pods/c0ffee/memory.usage_in_bytes", "1000000\n");
  f.Put("memory/pods/c0ffee/memory.limit_in_bytes", "2000000\n");
  f.Put("memory/pods/c0ffee/memory.memsw.limit_in_bytes", "2500000\n");
  f.Put("memory/pods/c0ffee/memory.stat",
        "inactive_file 1\ntotal_inactive_file 300000\ntotal_rss 500000\ntotal_shmem 40000\n"
        "total_swap 77\ntotal_pgfault 33\ntotal_pgmajfault 4\n");
  MachineFigures figures = f.Read();
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
  Fixture f("5:memory:/pods/c0ffee\n");
  f.Put("memory/pods/c0ffee/memory.usage_in_bytes", "10\n");
  f.Put("memory/pods/c0ffee/memory.limit_in_bytes", "9223372036854771712\n");
  f.Put("memory/pods/c0ffee/memory.memsw.limit_in_bytes", "9223372036854771712\n");
  f.Put("memory/pods/c0ffee/memory.stat", "total_rss 9\n");
  CHECK_FALSE(f.Read().swap_limit);
}

TEST_CASE("a cgroup that is another's is not looked at: the process counts") {
  Fixture f("5:memory:/system/crimuxd\n4:cpuacct:/\n0::/system/crimuxd\n");
  f.Put("memory/system/crimuxd/memory.usage_in_bytes", "10\n");
  f.Put("memory/system/crimuxd/memory.stat", "total_rss 9\n");
  f.Put("cpuacct/cpuacct.usage", "1\n");
  MachineFigures figures = f.Read();
  CHECK(figures.rss == 2U << 20);
  CHECK(figures.usage == 2U << 20);
  CHECK(figures.tasks == 9);
  CHECK(figures.cpu > 1);
}

TEST_CASE("a cgroup that has gone, or a file that isn't there, leaves the process's figures") {
  Fixture f("0::/pods/c0ffee\n");
  CHECK(f.Read().rss == 2U << 20);
  Fixture none("");
  CHECK(none.Read().rss == 2U << 20);
}

}  // namespace
}  // namespace crimux::vm
