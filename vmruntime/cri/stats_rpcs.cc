#include "base/error.h"
#include "vmruntime/cri/filters.h"
#include "vmruntime/cri/pod_figures.h"
#include "vmruntime/cri/rpcs.h"
#include "vmruntime/cri/stats_messages.h"

namespace crimux::vm {
namespace {

namespace cri = runtime::v1;
using state::ContainerRecord;
using state::SandboxRecord;

void ContainerStats(const Rooms& rooms, PodStatistics& statistics,
                    const cri::ContainerStatsRequest& request,
                    cri::ContainerStatsResponse& response) {
  constexpr std::string_view kOperation = "statistics of container";
  ContainerRecord record = rooms.registry.GetContainer(request.container_id(), kOperation);
  auto measured = MeasureContainers(rooms, statistics, {record});
  if (measured.empty()) {
    throw Error(grpc::StatusCode::NOT_FOUND, kOperation, record.id(), "it is being created");
  }
  *response.mutable_stats() = StatsOf(measured.front(), rooms.layout.Containers());
}

void ListContainerStats(const Rooms& rooms, PodStatistics& statistics,
                        const cri::ListContainerStatsRequest& request,
                        cri::ListContainerStatsResponse& response) {
  std::vector<ContainerRecord> records = rooms.registry.Containers();
  std::erase_if(records, [&](const auto& record) { return !Passes(record, request.filter()); });
  for (const auto& container : MeasureContainers(rooms, statistics, std::move(records))) {
    *response.add_stats() = StatsOf(container, rooms.layout.Containers());
  }
}

void PodSandboxStats(const Rooms& rooms, PodStatistics& statistics,
                     const cri::PodSandboxStatsRequest& request,
                     cri::PodSandboxStatsResponse& response) {
  constexpr std::string_view kOperation = "statistics of pod sandbox";
  SandboxRecord record = rooms.registry.GetSandbox(request.pod_sandbox_id(), kOperation);
  if (record.state() != SandboxRecord::READY) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, kOperation, record.id(), "it is not ready");
  }
  auto pods = MeasurePods(rooms, statistics, {record});
  *response.mutable_stats() = StatsOf(pods.front(), rooms.layout.Containers());
}

void ListPodSandboxStats(const Rooms& rooms, PodStatistics& statistics,
                         const cri::ListPodSandboxStatsRequest& request,
                         cri::ListPodSandboxStatsResponse& response) {
  std::vector<SandboxRecord> records = rooms.registry.Sandboxes();
  std::erase_if(records, [&](const auto& record) {
    return record.state() != SandboxRecord::READY || !Passes(record, request.filter());
  });
  for (const MeasuredPod& pod : MeasurePods(rooms, statistics, std::move(records))) {
    *response.add_stats() = StatsOf(pod, rooms.layout.Containers());
  }
}

}  // namespace

void AddStatsRpcs(Dispatcher& dispatcher, const Rooms& rooms, PodStatistics& statistics) {
  dispatcher.Add<cri::ContainerStatsRequest, cri::ContainerStatsResponse>(
      "ContainerStats", [rooms, &statistics](const auto& request, auto& response, const auto&) {
        ContainerStats(rooms, statistics, request, response);
      });
  dispatcher.Add<cri::ListContainerStatsRequest, cri::ListContainerStatsResponse>(
      "ListContainerStats", [rooms, &statistics](const auto& request, auto& response, const auto&) {
        ListContainerStats(rooms, statistics, request, response);
      });
  dispatcher.Add<cri::PodSandboxStatsRequest, cri::PodSandboxStatsResponse>(
      "PodSandboxStats", [rooms, &statistics](const auto& request, auto& response, const auto&) {
        PodSandboxStats(rooms, statistics, request, response);
      });
  dispatcher.Add<cri::ListPodSandboxStatsRequest, cri::ListPodSandboxStatsResponse>(
      "ListPodSandboxStats",
      [rooms, &statistics](const auto& request, auto& response, const auto&) {
        ListPodSandboxStats(rooms, statistics, request, response);
      });
}

}  // namespace crimux::vm
