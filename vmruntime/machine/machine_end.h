#pragma once

#include <optional>

#include "vmruntime/machine/hypervisor.h"

namespace crimux::vm {

// What a lifecycle event of libvirt (virDomainEventType and its detail) says about the end of a
// machine; nullopt: it has not ended.
std::optional<MachineEnd> EndOfEvent(int event, int detail);

// The same for virDomainGetState. nullopt also for a machine that is off for an unknown reason:
// libvirt forgets the reason when the program ends.
std::optional<MachineEnd> EndOfState(int state, int reason);

}  // namespace crimux::vm
