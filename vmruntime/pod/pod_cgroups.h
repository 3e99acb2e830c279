#pragma once

#include "base/rollback.h"
#include "vmruntime/pod/rooms.h"

namespace crimux::vm {

// The cgroups of a pod: its own, below cgroup_parent, and its VM's inside. The kubelet makes and
// fills the pod's; only where it isn't there (other clients) this runtime makes it, remembers so in
// the record, and removes it. All throw Error.

std::filesystem::path CgroupOf(const state::SandboxRecord& sandbox);
std::filesystem::path CgroupOf(const state::ContainerRecord& container,
                               const state::SandboxRecord& sandbox);

// Makes the pod's, with the pod's limits if it is ours.
void MakePodCgroup(const state::SandboxRecord& sandbox, Cgroups& cgroups);
// The limits of a pod's cgroup that is ours, from its config; nothing is done to others'.
void SetPodLimits(const state::SandboxRecord& sandbox, Cgroups& cgroups);
// Removes its containers', and what its record says that we have made. What other pods of ours use
// is left to them, in their records; what strangers use stays, and is logged.
void RemovePodCgroup(const state::SandboxRecord& sandbox, const Rooms& rooms);

// What the container's limits mean for its cgroup. Memory: the guest's RAM and what QEMU needs
// beside it, or the pod's overhead (RuntimeClass) if that is more; guests in hugepages have those
// beside the limit, which is then QEMU's own. INVALID_ARGUMENT when that is less than QEMU needs.
CgroupLimits LimitsOf(const state::ContainerRecord& container, const state::SandboxRecord& sandbox,
                      const Rooms& rooms);

// Raises the memory limit of the pod's cgroup to its VM's `limits`, where it is lower: the
// kubelet's is the sum of the containers', which without an overhead has no room for QEMU. Adds to
// `rollback` what takes it back. Where it can't be raised the VM has to do with it, and the log
// says so.
void MakeRoomInPod(const state::SandboxRecord& sandbox, const CgroupLimits& limits,
                   Cgroups& cgroups, Rollback& rollback);

// Makes the container's, with its limits.
void MakeContainerCgroup(const state::ContainerRecord& container,
                         const state::SandboxRecord& sandbox, const Rooms& rooms);
// Moves QEMU and all its helpers there, and pins its vCPUs to the CPUs of the cpuset when there is
// one for each. For a machine whose guest doesn't run yet.
void Place(const state::ContainerRecord& container, const state::SandboxRecord& sandbox,
           const Rooms& rooms);
void PinToCpuset(const state::ContainerRecord& container, const Rooms& rooms);
void RemoveContainerCgroup(const state::ContainerRecord& container,
                           const state::SandboxRecord& sandbox, Cgroups& cgroups);

}  // namespace crimux::vm
