#include "vmruntime/cri/rpcs.h"

namespace crimux::vm {
namespace {

namespace cri = runtime::v1;

void Version(cri::VersionResponse& response) {
  response.set_version("0.1.0");
  response.set_runtime_name("crimux-vm");
  response.set_runtime_version(CRIMUX_VERSION);
  response.set_runtime_api_version("v1");
}

void AddCondition(cri::RuntimeStatus& status, const std::string& type, bool ready,
                  const std::string& reason, const std::string& message) {
  cri::RuntimeCondition& condition = *status.add_conditions();
  condition.set_type(type);
  condition.set_status(ready);
  condition.set_reason(reason);
  condition.set_message(message);
}

void Status(const Rooms& rooms, cri::StatusResponse& response) {
  std::string fault = rooms.hypervisor.Fault();
  AddCondition(*response.mutable_status(), "RuntimeReady", fault.empty(),
               fault.empty() ? "" : "HypervisorNotReady", fault);
  NetworkReadiness network = rooms.networks.Readiness();
  AddCondition(*response.mutable_status(), "NetworkReady", network.ready, network.reason,
               network.message);
  for (const std::string& handler : rooms.config.handlers) {
    response.add_runtime_handlers()->set_name(handler);
  }
}

}  // namespace

void AddRuntimeRpcs(Dispatcher& dispatcher, const Rooms& rooms) {
  dispatcher.Add<cri::VersionRequest, cri::VersionResponse>(
      "Version", [](const auto&, auto& response, const auto&) { Version(response); });
  dispatcher.Add<cri::StatusRequest, cri::StatusResponse>(
      "Status", [rooms](const auto&, auto& response, const auto&) { Status(rooms, response); });
  // The pod CIDR is the CNI configuration's business.
  dispatcher.Add<cri::UpdateRuntimeConfigRequest, cri::UpdateRuntimeConfigResponse>(
      "UpdateRuntimeConfig", [](const auto&, auto&, const auto&) {});
}

}  // namespace crimux::vm
