#include <algorithm>
#include <cctype>

#include <boost/json.hpp>

#include "vmruntime/cri/filters.h"
#include "vmruntime/cri/rpcs.h"
#include "vmruntime/cri/statuses.h"

namespace crimux::vm {
namespace {

namespace cri = runtime::v1;
using state::SandboxRecord;

cri::PodSandbox ListItem(const SandboxRecord& record) {
  cri::PodSandbox item;
  item.set_id(record.id());
  *item.mutable_metadata() = record.config().metadata();
  item.set_state(StateOf(record));
  item.set_created_at(record.created_at());
  *item.mutable_labels() = record.config().labels();
  *item.mutable_annotations() = record.config().annotations();
  item.set_runtime_handler(record.runtime_handler());
  return item;
}

std::string BindingWord(state::Network::Interface::Binding binding) {
  std::string word = state::Network::Interface::Binding_Name(binding);
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::tolower(c); });
  return word;
}

std::string VerboseInfo(const SandboxRecord& record) {
  boost::json::array interfaces;
  for (const auto& interface : record.network().interfaces()) {
    interfaces.push_back({{"name", interface.name()},
                          {"tap", interface.tap()},
                          {"binding", BindingWord(interface.binding())},
                          {"mac", interface.mac()},
                          {"mtu", interface.mtu()},
                          {"queues", interface.queues()}});
  }
  return boost::json::serialize(
      boost::json::object{{"netns", record.netns()}, {"interfaces", std::move(interfaces)}});
}

void PodSandboxStatus(const Rooms& rooms, const cri::PodSandboxStatusRequest& request,
                      cri::PodSandboxStatusResponse& response) {
  SandboxRecord record =
      rooms.registry.GetSandbox(request.pod_sandbox_id(), "status of pod sandbox");
  *response.mutable_status() = StatusOf(record);
  if (request.verbose()) (*response.mutable_info())["info"] = VerboseInfo(record);
}

void ListPodSandbox(const Rooms& rooms, const cri::ListPodSandboxRequest& request,
                    cri::ListPodSandboxResponse& response) {
  for (const SandboxRecord& record : rooms.registry.Sandboxes()) {
    if (record.state() == SandboxRecord::CREATING) continue;
    cri::PodSandbox item = ListItem(record);
    if (Passes(item, request.filter())) *response.add_items() = std::move(item);
  }
}

}  // namespace

void AddSandboxRpcs(Dispatcher& dispatcher, const Rooms& rooms, Sandboxes& sandboxes) {
  dispatcher.Add<cri::RunPodSandboxRequest, cri::RunPodSandboxResponse>(
      "RunPodSandbox", [&sandboxes](const auto& request, auto& response, const auto&) {
        response.set_pod_sandbox_id(sandboxes.Run(request));
      });
  dispatcher.Add<cri::StopPodSandboxRequest, cri::StopPodSandboxResponse>(
      "StopPodSandbox", [&sandboxes](const auto& request, auto&, const auto&) {
        sandboxes.Stop(request.pod_sandbox_id());
      });
  dispatcher.Add<cri::RemovePodSandboxRequest, cri::RemovePodSandboxResponse>(
      "RemovePodSandbox", [&sandboxes](const auto& request, auto&, const auto&) {
        sandboxes.Remove(request.pod_sandbox_id());
      });
  dispatcher.Add<cri::PodSandboxStatusRequest, cri::PodSandboxStatusResponse>(
      "PodSandboxStatus", [rooms](const auto& request, auto& response, const auto&) {
        PodSandboxStatus(rooms, request, response);
      });
  dispatcher.Add<cri::ListPodSandboxRequest, cri::ListPodSandboxResponse>(
      "ListPodSandbox", [rooms](const auto& request, auto& response, const auto&) {
        ListPodSandbox(rooms, request, response);
      });
}

}  // namespace crimux::vm
