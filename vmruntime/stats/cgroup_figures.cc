#include "vmruntime/stats/cgroup_figures.h"

#include <algorithm>

#include "vmruntime/stats/key_values.h"

namespace crimux::vm {
namespace {

using std::filesystem::path;

// What is left of a swap limit that can't be meant: v1 says "no limit" by a number near 2^63.
std::optional<uint64_t> RealLimit(std::optional<uint64_t> limit) {
  constexpr uint64_t kNoLimit = 1ULL << 62;
  return limit && *limit < kNoLimit ? limit : std::nullopt;
}

void ReadMemoryV1(const path& folder, MachineFigures* figures) {
  auto usage = ReadNumber(folder / "memory.usage_in_bytes");
  auto stat = ReadSmallFile(folder / "memory.stat");
  if (!usage || !stat) return;
  uint64_t inactive_file = 0;
  uint64_t anonymous = 0;
  uint64_t shmem = 0;
  PickNumbers(*stat, {{"total_inactive_file", &inactive_file},
                      {"total_rss", &anonymous},
                      {"total_shmem", &shmem},
                      {"total_swap", &figures->swap},
                      {"total_pgfault", &figures->page_faults},
                      {"total_pgmajfault", &figures->major_page_faults}});
  figures->usage = *usage;
  figures->working_set = *usage - std::min(*usage, inactive_file);
  figures->rss = anonymous + shmem;
  auto both = RealLimit(ReadNumber(folder / "memory.memsw.limit_in_bytes"));
  auto memory = RealLimit(ReadNumber(folder / "memory.limit_in_bytes"));
  if (both && memory) figures->swap_limit = *both - std::min(*both, *memory);
}

void ReadMemoryV2(const path& folder, MachineFigures* figures) {
  auto usage = ReadNumber(folder / "memory.current");
  auto stat = ReadSmallFile(folder / "memory.stat");
  if (!usage || !stat) return;
  uint64_t inactive_file = 0;
  uint64_t anonymous = 0;
  uint64_t shmem = 0;
  PickNumbers(*stat, {{"inactive_file", &inactive_file},
                      {"anon", &anonymous},
                      {"shmem", &shmem},
                      {"pgfault", &figures->page_faults},
                      {"pgmajfault", &figures->major_page_faults}});
  figures->usage = *usage;
  figures->working_set = *usage - std::min(*usage, inactive_file);
  figures->rss = anonymous + shmem;
  figures->swap = ReadNumber(folder / "memory.swap.current").value_or(figures->swap);
  figures->swap_limit = ReadNumber(folder / "memory.swap.max");
  figures->memory_pressure = ReadPressures(folder / "memory.pressure");
}

void ReadCpuV2(const path& folder, MachineFigures* figures) {
  auto stat = ReadSmallFile(folder / "cpu.stat");
  if (!stat) return;
  uint64_t microseconds = figures->cpu / 1000;
  PickNumbers(*stat, {{"usage_usec", &microseconds}});
  figures->cpu = microseconds * 1000;
  figures->cpu_pressure = ReadPressures(folder / "cpu.pressure");
  figures->io_pressure = ReadPressures(folder / "io.pressure");
}

}  // namespace

void OverlayCgroupFigures(const CgroupFolders& folders, MachineFigures* figures) {
  bool unified = folders.version == 2;
  if (!folders.cpu.empty()) {
    if (unified)
      ReadCpuV2(folders.cpu, figures);
    else
      figures->cpu = ReadNumber(folders.cpu / "cpuacct.usage").value_or(figures->cpu);
  }
  if (!folders.memory.empty()) {
    unified ? ReadMemoryV2(folders.memory, figures) : ReadMemoryV1(folders.memory, figures);
  }
  if (!folders.pids.empty()) {
    figures->tasks = ReadNumber(folders.pids / "pids.current").value_or(figures->tasks);
  }
}

}  // namespace crimux::vm
