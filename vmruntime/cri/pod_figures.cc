#include "vmruntime/cri/pod_figures.h"

#include <functional>
#include <future>
#include <map>

#include "vmruntime/pod/pod_cgroups.h"

namespace crimux::vm {
namespace {

using state::ContainerRecord;
using state::SandboxRecord;

Measured ToMeasure(const ContainerRecord& record, const Rooms& rooms) {
  auto sandbox = rooms.registry.FindSandbox(record.sandbox_id());
  return {.id = record.id(),
          .is_running = record.state() == ContainerRecord::RUNNING,
          .started = record.started_at(),
          .folder = rooms.layout.Container(record.id()),
          .root_disk = record.root_disk(),
          .cgroup = sandbox ? CgroupOf(record, *sandbox) : std::filesystem::path()};
}

std::map<std::filesystem::path, NetworkFigures> NetworksOf(
    const std::vector<SandboxRecord>& sandboxes) {
  std::vector<std::filesystem::path> namespaces;
  namespaces.reserve(sandboxes.size());
  for (const SandboxRecord& sandbox : sandboxes) namespaces.emplace_back(sandbox.netns());
  return ReadNetworks(namespaces);
}

std::vector<MeasuredPod> WithNetworks(std::vector<SandboxRecord> sandboxes,
                                      std::map<std::filesystem::path, NetworkFigures> networks) {
  std::vector<MeasuredPod> pods;
  pods.reserve(sandboxes.size());
  for (SandboxRecord& sandbox : sandboxes) {
    MeasuredPod& pod = pods.emplace_back();
    auto network = networks.find(sandbox.netns());
    if (network != networks.end()) pod.network = std::move(network->second);
    pod.record = std::move(sandbox);
  }
  return pods;
}

}  // namespace

std::vector<MeasuredContainer> MeasureContainers(const Rooms& rooms, PodStatistics& statistics,
                                                 std::vector<ContainerRecord> containers) {
  std::erase_if(containers, [](const ContainerRecord& container) {
    return container.state() == ContainerRecord::CREATING;
  });
  std::vector<Measured> wanted;
  wanted.reserve(containers.size());
  for (const ContainerRecord& record : containers) wanted.push_back(ToMeasure(record, rooms));
  std::map<std::string, ContainerFigures> figures = statistics.Measure(wanted);
  std::vector<MeasuredContainer> measured;
  measured.reserve(containers.size());
  for (ContainerRecord& record : containers) {
    ContainerFigures of = std::move(figures.at(record.id()));
    measured.push_back({.record = std::move(record), .figures = std::move(of)});
  }
  return measured;
}

std::vector<MeasuredPod> MeasurePods(const Rooms& rooms, PodStatistics& statistics,
                                     std::vector<SandboxRecord> sandboxes) {
  // Beside the machines: it goes from namespace to namespace on a thread of its own.
  auto networks = std::async(std::launch::async, NetworksOf, std::cref(sandboxes));
  std::map<std::string, size_t> places;
  for (const SandboxRecord& sandbox : sandboxes) places.emplace(sandbox.id(), places.size());
  std::vector<ContainerRecord> containers = rooms.registry.Containers();
  std::erase_if(containers,
                [&](const auto& record) { return !places.contains(record.sandbox_id()); });
  auto measured = MeasureContainers(rooms, statistics, std::move(containers));
  auto read = networks.get();
  std::vector<MeasuredPod> pods = WithNetworks(std::move(sandboxes), std::move(read));
  for (MeasuredContainer& container : measured) {
    pods[places.at(container.record.sandbox_id())].containers.push_back(std::move(container));
  }
  return pods;
}

}  // namespace crimux::vm
