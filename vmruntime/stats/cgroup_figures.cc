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

void SetMemory(uint64_t usage, uint64_t droppable, uint64_t rss, MachineFigures* figures) {
  figures->usage = std::max(figures->usage, usage);
  figures->working_set = std::max(figures->working_set, usage - std::min(usage, droppable));
  figures->rss = std::max(figures->rss, rss);
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
  SetMemory(*usage, inactive_file, anonymous + shmem, figures);
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
  SetMemory(*usage, inactive_file, anonymous + shmem, figures);
  figures->swap = ReadNumber(folder / "memory.swap.current").value_or(figures->swap);
  figures->swap_limit = ReadNumber(folder / "memory.swap.max");
  figures->memory_pressure = ReadPressures(folder / "memory.pressure");
}

void ReadCpuV1(const path& folder, MachineFigures* figures) {
  figures->cpu = ReadNumber(folder / "cpuacct.usage").value_or(figures->cpu);
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

void OverlayCgroupFigures(const Cgroups& cgroups, const path& cgroup, MachineFigures* figures) {
  bool unified = cgroups.version() == 2;
  if (auto folder = cgroups.Folder(cgroup, "cpuacct")) {
    unified ? ReadCpuV2(*folder, figures) : ReadCpuV1(*folder, figures);
  }
  if (auto folder = cgroups.Folder(cgroup, "memory")) {
    unified ? ReadMemoryV2(*folder, figures) : ReadMemoryV1(*folder, figures);
  }
  if (auto folder = cgroups.Folder(cgroup, "pids")) {
    figures->tasks = ReadNumber(*folder / "pids.current").value_or(figures->tasks);
  }
}

}  // namespace crimux::vm
