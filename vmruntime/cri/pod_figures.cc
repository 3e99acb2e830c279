#include "vmruntime/cri/pod_figures.h"

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
  auto networks = NetworksOf(sandboxes);
  std::vector<MeasuredPod> pods;
  std::map<std::string, size_t> places;
  for (SandboxRecord& sandbox : sandboxes) {
    places[sandbox.id()] = pods.size();
    MeasuredPod& pod = pods.emplace_back();
    auto network = networks.find(sandbox.netns());
    if (network != networks.end()) pod.network = std::move(network->second);
    pod.record = std::move(sandbox);
  }
  std::vector<ContainerRecord> containers = rooms.registry.Containers();
  std::erase_if(containers,
                [&](const auto& record) { return !places.contains(record.sandbox_id()); });
  for (MeasuredContainer& container : MeasureContainers(rooms, statistics, std::move(containers))) {
    pods[places.at(container.record.sandbox_id())].containers.push_back(std::move(container));
  }
  return pods;
}

}  // namespace crimux::vm
