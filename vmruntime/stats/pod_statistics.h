#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vmruntime/machine/hypervisor.h"
#include "vmruntime/stats/cpu_rates.h"
#include "vmruntime/stats/disk_usage.h"
#include "vmruntime/stats/guest_figures.h"
#include "vmruntime/stats/guest_file_systems.h"
#include "vmruntime/stats/link_figures.h"
#include "vmruntime/stats/machine_figures.h"

namespace crimux::vm {

// What is to be measured of a container.
struct Measured {
  std::string id;
  // Its machine runs.
  bool is_running = false;
  // Nanoseconds since the epoch.
  int64_t started = 0;
  std::filesystem::path folder;
  std::filesystem::path root_disk;
  // Of its machine (see Cgroups).
  std::filesystem::path cgroup;
};

struct ContainerFigures {
  // When the disk was looked at; nanoseconds since the epoch.
  int64_t time = 0;
  DiskUsage disk;
  // Of a machine that runs.
  std::optional<MachineFigures> machine;
  uint64_t nano_cores = 0;
  // What the guest says, if it has said so lately.
  std::optional<GuestMemory> guest;
  // Only where they were asked for.
  std::vector<GuestFileSystem> file_systems;
};

// Measures pods. All figures but the guests' are the kernel's, read when they are asked for: no
// word with QEMU or libvirt, so that a machine that hangs delays and fails nobody, itself included.
// Any thread.
class PodStatistics {
 public:
  // How long guests may keep everybody waiting.
  static constexpr std::chrono::milliseconds kPatience{5};

  // Both must outlive this.
  PodStatistics(Hypervisor& hypervisor, const Cgroups& cgroups);

  // By container id.
  std::map<std::string, ContainerFigures> Measure(const std::vector<Measured>& containers);

  // What the guests of these containers have lately said of their file systems.
  std::map<std::string, std::vector<GuestFileSystem>> FileSystems(
      const std::vector<std::string>& running) {
    return file_systems_.Latest(running);
  }

 private:
  void MeasureMachine(const Measured& container, ContainerFigures* figures);
  std::map<std::string, GuestMemory> FreshGuests(std::chrono::steady_clock::time_point deadline);

  Hypervisor& hypervisor_;
  const Cgroups& cgroups_;
  CpuRates rates_;
  GuestFigures guests_;
  GuestFileSystems file_systems_;
};

}  // namespace crimux::vm
