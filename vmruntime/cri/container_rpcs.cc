#include <algorithm>

#include <boost/json.hpp>

#include "vmruntime/cri/filters.h"
#include "vmruntime/cri/rpcs.h"
#include "vmruntime/cri/statuses.h"

namespace crimux::vm {
namespace {

namespace cri = runtime::v1;
using state::ContainerRecord;

cri::Container ListItem(const ContainerRecord& record) {
  cri::Container item;
  item.set_id(record.id());
  item.set_pod_sandbox_id(record.sandbox_id());
  *item.mutable_metadata() = record.config().metadata();
  *item.mutable_image() = record.config().image();
  item.set_image_ref(record.image_ref());
  item.set_image_id(record.image_ref());
  item.set_state(StateOf(record));
  item.set_created_at(record.created_at());
  *item.mutable_labels() = record.config().labels();
  *item.mutable_annotations() = record.config().annotations();
  return item;
}

std::string VerboseInfo(const ContainerRecord& record, const Rooms& rooms) {
  boost::json::object info{{"sandboxID", record.sandbox_id()},
                           {"domain", record.id()},
                           {"rootDisk", record.root_disk()}};
  if (auto pid = rooms.hypervisor.Pid(record.id())) info["pid"] = *pid;
  return boost::json::serialize(info);
}

void ContainerStatus(const Rooms& rooms, const cri::ContainerStatusRequest& request,
                     cri::ContainerStatusResponse& response) {
  ContainerRecord record =
      rooms.registry.GetContainer(request.container_id(), "status of container");
  *response.mutable_status() = StatusOf(record, rooms.images);
  if (request.verbose()) (*response.mutable_info())["info"] = VerboseInfo(record, rooms);
}

void ListContainers(const Rooms& rooms, const cri::ListContainersRequest& request,
                    cri::ListContainersResponse& response) {
  for (const ContainerRecord& record : rooms.registry.Containers()) {
    if (record.state() == ContainerRecord::CREATING) continue;
    cri::Container item = ListItem(record);
    if (Passes(item, request.filter())) *response.add_containers() = std::move(item);
  }
}

void ReopenContainerLog(const Rooms& rooms, const cri::ReopenContainerLogRequest& request) {
  ContainerRecord record =
      rooms.registry.GetContainer(request.container_id(), "reopen log of container");
  if (record.state() != ContainerRecord::RUNNING) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, "reopen log of container", record.id(),
                "it is not running");
  }
  rooms.consoles.Reopen(record.id());
}

void AddLifecycleRpcs(Dispatcher& dispatcher, Containers& containers) {
  dispatcher.Add<cri::CreateContainerRequest, cri::CreateContainerResponse>(
      "CreateContainer", [&containers](const auto& request, auto& response, const auto&) {
        response.set_container_id(containers.Create(request));
      });
  dispatcher.Add<cri::StartContainerRequest, cri::StartContainerResponse>(
      "StartContainer", [&containers](const auto& request, auto&, const auto&) {
        containers.Start(request.container_id());
      });
  dispatcher.Add<cri::StopContainerRequest, cri::StopContainerResponse>(
      "StopContainer", [&containers](const auto& request, auto&, const auto& context) {
        std::chrono::seconds grace(std::clamp<int64_t>(request.timeout(), 0, 1'000'000));
        containers.Stop(request.container_id(), grace, context);
      });
  dispatcher.Add<cri::RemoveContainerRequest, cri::RemoveContainerResponse>(
      "RemoveContainer", [&containers](const auto& request, auto&, const auto&) {
        containers.Remove(request.container_id());
      });
}

}  // namespace

void AddContainerRpcs(Dispatcher& dispatcher, const Rooms& rooms, Containers& containers) {
  AddLifecycleRpcs(dispatcher, containers);
  dispatcher.Add<cri::ContainerStatusRequest, cri::ContainerStatusResponse>(
      "ContainerStatus", [rooms](const auto& request, auto& response, const auto&) {
        ContainerStatus(rooms, request, response);
      });
  dispatcher.Add<cri::ListContainersRequest, cri::ListContainersResponse>(
      "ListContainers", [rooms](const auto& request, auto& response, const auto&) {
        ListContainers(rooms, request, response);
      });
  dispatcher.Add<cri::ReopenContainerLogRequest, cri::ReopenContainerLogResponse>(
      "ReopenContainerLog",
      [rooms](const auto& request, auto&, const auto&) { ReopenContainerLog(rooms, request); });
}

}  // namespace crimux::vm
