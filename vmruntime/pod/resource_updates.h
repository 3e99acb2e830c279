#pragma once

#include <chrono>
#include <string>

#include "vmruntime/pod/machine_size.h"
#include "vmruntime/pod/rooms.h"

namespace crimux::vm {

// Other limits for pods and VMs that run. Each update happens as a whole or not at all, and the
// records say what holds. Any thread; calls block for as long as the guest takes to give memory
// back, or to take it, but no longer than it makes progress, and two minutes at most. Throws Error.
class ResourceUpdates {
 public:
  // How long a guest's balloon may stand still before it counts as stuck.
  static constexpr std::chrono::seconds kPatience{10};

  explicit ResourceUpdates(const Rooms& rooms, std::chrono::milliseconds patience = kPatience)
      : rooms_(rooms), patience_(patience) {}

  // UpdateContainerResources; what the request doesn't say (0, empty) stays. FAILED_PRECONDITION
  // for what can't be done while the VM runs: more vCPUs or memory than the pod's maximum (see
  // docs/resources.md), memory that the guest doesn't give back, other hugepages, a container that
  // has ended. INVALID_ARGUMENT for what no machine can have.
  void Container(const std::string& id, const Resources& change);

  // UpdatePodSandboxResources: overhead and resources of the whole pod. The kubelet has changed the
  // pod's cgroup by then; one of our own is changed here, and what depends on the overhead.
  void Sandbox(const runtime::v1::UpdatePodSandboxResourcesRequest& request);

 private:
  void Apply(const state::ContainerRecord& before, const state::ContainerRecord& after,
             const state::SandboxRecord& sandbox);
  // Until the guest has that much; undoes itself when it doesn't come to it.
  void MoveBalloon(const std::string& id, uint64_t bytes);
  void RequireRoom(const state::ContainerRecord& container, const state::SandboxRecord& sandbox,
                   const CgroupLimits& limits) const;

  Rooms rooms_;
  std::chrono::milliseconds patience_;
};

// What `change` says, over what `resources` say.
void MergeResources(const Resources& change, Resources* resources);

}  // namespace crimux::vm
