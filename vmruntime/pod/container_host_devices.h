#pragma once

#include <filesystem>
#include <set>

#include "vmruntime/machine/domain/machine_spec.h"
#include "vmruntime/pod/rooms.h"

namespace crimux::vm {

// Adds to the machine those of the container's devices that are no disks, in the manifest's order:
// what device plugins give. Those that are cards of the pod's network already are not added
// again. Serial lines get nodes of their own in the container's folder. Throws Error as
// HostDevicesOf does, and INVALID_ARGUMENT for a device that is there twice. Sysfs may be a fake
// one.
void AddHostDevices(const state::ContainerRecord& container, const Rooms& rooms, MachineSpec* spec,
                    const std::filesystem::path& sysfs = "/sys");

// The nodes of them, and of cards that are PCI functions or vhost-user sockets, that QEMU opens by
// their path on the node while it starts. A device that has gone meanwhile is left out; QEMU will
// say so. Throws Error (FAILED_PRECONDITION) for a card's socket or vDPA device that has.
std::set<std::filesystem::path> NodesThatQemuOpens(const state::ContainerRecord& container,
                                                   const state::SandboxRecord& sandbox,
                                                   const std::filesystem::path& sysfs = "/sys");

}  // namespace crimux::vm
