#include "vmruntime/stats/process_figures.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include <catch2/catch.hpp>

#include "base/clock.h"
#include "tests/temporary_dir.h"
#include "tests/vmruntime/stats/small_files.h"

namespace crimux::vm {
namespace {

uint64_t OwnCpu() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

TEST_CASE("a process's figures are its own") {
  constexpr size_t kSize = 64U << 20;
  auto before = ReadProcessFigures("/proc", ::getpid());
  REQUIRE(before);
  void* memory = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  int64_t earliest = Now();
  uint64_t least = OwnCpu();
  auto after = ReadProcessFigures("/proc", ::getpid());
  uint64_t most = OwnCpu();
  ::munmap(memory, kSize);
  REQUIRE(after);
  CHECK(after->cpu >= least);
  CHECK(after->cpu <= most);
  CHECK(after->time >= earliest);
  CHECK(after->time <= Now());
  auto grown = static_cast<double>(after->rss - before->rss);
  CHECK(grown == Approx(kSize).epsilon(0.05));
  // Its program is a file.
  CHECK(after->usage > after->rss);
  CHECK(after->working_set == after->usage);
  CHECK(after->page_faults > before->page_faults);
  CHECK(after->tasks >= 1);
}

TEST_CASE("threads that have ended still count for the processor") {
  uint64_t before = ReadProcessFigures("/proc", ::getpid())->cpu;
  std::thread([] {
    uint64_t start = OwnCpu();
    while (OwnCpu() - start < 50'000'000) {
    }
  }).join();
  CHECK(ReadProcessFigures("/proc", ::getpid())->cpu - before >= 50'000'000);
}

TEST_CASE("a process that has gone, or is a zombie, has no figures") {
  CHECK_FALSE(ReadProcessFigures("/nowhere", 1));
  pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) == 0);
  CHECK_FALSE(ReadProcessFigures("/proc", child));
  ::waitpid(child, nullptr, 0);
  CHECK_FALSE(ReadProcessFigures("/proc", child));
}

TEST_CASE("a name may hold anything; figures stand where proc(5) says") {
  TemporaryDir dir;
  MakeFile(dir.path() / "7/stat",
           "7 (a) R (x) 1 ) S 1 7 7 0 -1 4194560 1000 11 20 12 300 200 5 6 20 0 9 0 4242 1 2 3\n");
  MakeFile(dir.path() / "7/status",
           "Name:\ta) R\nVmRSS:\t 4096 kB\nRssAnon:\t 1024 kB\nRssFile:\t 2048 kB\nRssShmem:\t "
           "1024 kB\nVmSwap:\t 512 kB\n");
  auto figures = ReadProcessFigures(dir.path(), 7);
  REQUIRE(figures);
  CHECK(figures->page_faults == 1000);
  CHECK(figures->major_page_faults == 20);
  CHECK(figures->tasks == 9);
  CHECK(figures->cpu == 500ULL * 1'000'000'000 / static_cast<uint64_t>(::sysconf(_SC_CLK_TCK)));
  CHECK(figures->rss == 2U << 20);
  CHECK(figures->usage == 4U << 20);
  CHECK(figures->swap == 512U << 10);
}

}  // namespace
}  // namespace crimux::vm
