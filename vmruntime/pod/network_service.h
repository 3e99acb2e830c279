#pragma once

#include "vmruntime/pod/rooms.h"

namespace crimux::vm {

// Has the guest of a sandbox that is ready find its addresses by DHCP; returns at once where that
// is so already. A server runs from the start of the sandbox's first machine until the sandbox
// stops: RunPodSandbox doesn't wait for it. Under the pod's lock. Throws Error (INTERNAL).
void ServeNetwork(const state::SandboxRecord& sandbox, const Rooms& rooms);

}  // namespace crimux::vm
