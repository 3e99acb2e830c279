#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "vmruntime/machine/hypervisor.h"

namespace crimux::vm {

inline constexpr std::chrono::seconds kSwitchPatience(30);

// Starts a machine with vhost-user sockets, paused. QEMU comes no further while the switch at the
// other end of one is not there, or doesn't answer, and libvirt waits for QEMU: a machine that
// hasn't come up after `patience` is ended. Throws Error (FAILED_PRECONDITION), which names the
// sockets, then; else what Hypervisor::StartPaused throws.
void StartWithSwitches(Hypervisor& hypervisor, const std::string& machine,
                       const std::vector<std::string>& sockets, std::chrono::milliseconds patience);

}  // namespace crimux::vm
