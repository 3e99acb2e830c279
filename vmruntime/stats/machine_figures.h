#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "vmruntime/cgroup/cgroups.h"
#include "vmruntime/stats/pressure.h"

namespace crimux::vm {

// What a machine takes of this node: its QEMU, and in a cgroup all that lives there with it.
struct MachineFigures {
  // When they were read; nanoseconds since the epoch.
  int64_t time = 0;
  // CPU time since the start, in nanoseconds.
  uint64_t cpu = 0;
  // Bytes. `usage` is all that is held, `working_set` what could not be dropped, `rss` the guest's
  // memory and QEMU's own, without files that it maps.
  uint64_t usage = 0;
  uint64_t working_set = 0;
  uint64_t rss = 0;
  uint64_t swap = 0;
  // Bytes that may be swapped out; nullopt: as many as the node has.
  std::optional<uint64_t> swap_limit;
  // Since the start.
  uint64_t page_faults = 0;
  uint64_t major_page_faults = 0;
  // As the node's pid limit counts them: threads.
  uint64_t tasks = 0;
  // Only cgroup v2 has them.
  std::optional<Pressures> cpu_pressure;
  std::optional<Pressures> memory_pressure;
  std::optional<Pressures> io_pressure;
};

// Of a QEMU process: what its cgroup says, if it is there, else what /proc (at `proc`) says of the
// process alone. Asks neither QEMU nor libvirt, so a machine that hangs is measured as any other.
// nullopt: the process is gone.
std::optional<MachineFigures> ReadMachineFigures(const std::filesystem::path& proc, int pid,
                                                 const Cgroups& cgroups,
                                                 const std::filesystem::path& cgroup);

}  // namespace crimux::vm
