#include "base/error.h"
#include "vmruntime/cri/rpcs.h"

namespace crimux::vm {

namespace cri = runtime::v1;

void AddResourceRpcs(Dispatcher& dispatcher, ResourceUpdates& updates) {
  dispatcher.Add<cri::UpdateContainerResourcesRequest, cri::UpdateContainerResourcesResponse>(
      "UpdateContainerResources", [&updates](const auto& request, auto&, const auto&) {
        if (request.has_windows()) {
          throw Error(grpc::StatusCode::INVALID_ARGUMENT, "update resources of container",
                      request.container_id(), "its limits are those of Linux, not of Windows");
        }
        updates.Container(request.container_id(), request.linux());
      });
  dispatcher.Add<cri::UpdatePodSandboxResourcesRequest, cri::UpdatePodSandboxResourcesResponse>(
      "UpdatePodSandboxResources",
      [&updates](const auto& request, auto&, const auto&) { updates.Sandbox(request); });
}

}  // namespace crimux::vm
