#pragma once

#include "vmruntime/pod/rooms.h"

namespace crimux::vm {

// The machine that a container is. vCPUs: the CPU limit (quota / period) rounded up, at least 1.
// Memory: the memory limit, else the config's default. Throws INVALID_ARGUMENT for limits that no
// machine can have.
MachineSpec MakeMachineSpec(const state::ContainerRecord& container,
                            const state::SandboxRecord& sandbox, const Rooms& rooms);

}  // namespace crimux::vm
