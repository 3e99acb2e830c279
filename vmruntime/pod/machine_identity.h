#pragma once

#include <string>

#include "vmruntime/annotations/pod_options.h"
#include "vmruntime/pod/rooms.h"

namespace crimux::vm {

// The UUID that the guest knows itself by (SMBIOS), and with which its TPM's state goes: the
// annotation's, or one that is the same for all containers of that name in the pod. That of a
// container without a kept root disk is its own.
std::string MachineUuid(const state::ContainerRecord& container,
                        const state::SandboxRecord& sandbox, const PodOptions& options,
                        const Layout& layout);

// Undefines the machines of earlier containers of that name in the pod, whose UUID the next one
// gets. They have ended.
void UndefinePredecessors(const state::ContainerRecord& container,
                          const state::SandboxRecord& sandbox, const Rooms& rooms);

// TPM states: of a container that keeps nothing, and of all that the pod has kept.
void RemoveOwnTpm(const state::ContainerRecord& container, const Rooms& rooms);
void RemoveKeptTpms(const state::SandboxRecord& sandbox, const Rooms& rooms);

}  // namespace crimux::vm
