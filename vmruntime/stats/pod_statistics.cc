#include "vmruntime/stats/pod_statistics.h"

#include <algorithm>

#include "base/clock.h"
#include "vmruntime/machine/domain/domain_xml.h"

namespace crimux::vm {
namespace {

// A guest that has missed this many reports hangs, or its driver has gone.
constexpr int kMissedReports = 6;

constexpr char kFileSystems[] = R"({"execute":"guest-get-fsinfo"})";
constexpr std::chrono::seconds kAgentPatience{5};

bool IsFresh(const GuestMemory& guest) {
  constexpr std::chrono::nanoseconds kOld = kMissedReports * kGuestMemoryPeriod;
  return Now() - guest.updated < kOld.count();
}

}  // namespace

PodStatistics::PodStatistics(Hypervisor& hypervisor, const Cgroups& cgroups)
    : hypervisor_(hypervisor),
      cgroups_(cgroups),
      guests_(hypervisor.AskGuestMemories()),
      file_systems_([&hypervisor](const std::string& machine) {
        return hypervisor.AgentCommand(machine, kFileSystems, kAgentPatience);
      }) {}

std::map<std::string, ContainerFigures> PodStatistics::Measure(
    const std::vector<Measured>& containers) {
  // The guests answer while the rest is read.
  const bool guests_run = std::ranges::any_of(containers, &Measured::is_running);
  if (guests_run) guests_.Ask();
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  std::map<std::string, ContainerFigures> figures;
  for (const Measured& container : containers) {
    ContainerFigures& of = figures[container.id];
    of.time = Now();
    of.disk = UsageOf(container.folder, container.root_disk);
    if (container.is_running) MeasureMachine(container, &of);
  }
  if (!guests_run) return figures;
  std::map<std::string, GuestMemory> guests = FreshGuests(deadline);
  for (const Measured& container : containers) {
    auto guest = guests.find(container.id);
    if (container.is_running && guest != guests.end()) figures[container.id].guest = guest->second;
  }
  return figures;
}

std::map<std::string, GuestMemory> PodStatistics::FreshGuests(
    std::chrono::steady_clock::time_point deadline) {
  std::map<std::string, GuestMemory> guests = guests_.Latest(deadline);
  std::erase_if(guests, [](const auto& guest) { return !IsFresh(guest.second); });
  return guests;
}

void PodStatistics::MeasureMachine(const Measured& container, ContainerFigures* figures) {
  std::optional<int> pid = hypervisor_.Pid(container.id);
  if (!pid) return;
  figures->machine = ReadMachineFigures("/proc", *pid, cgroups_, container.cgroup);
  if (!figures->machine) return;
  const MachineFigures& machine = *figures->machine;
  figures->nano_cores =
      rates_.NanoCores(container.id, machine.cpu, machine.time, container.started);
}

}  // namespace crimux::vm
