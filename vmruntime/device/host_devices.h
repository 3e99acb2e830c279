#pragma once

#include <filesystem>
#include <vector>

#include "vmruntime/machine/domain/host_device_spec.h"

namespace crimux::vm {

// What a character device of the node is to a VM, as sysfs tells of its number; not by its path,
// which is what the caller calls it. A group of VFIO's is all that is in it but bridges. Empty for
// what QEMU uses by itself where it is there: /dev/kvm, /dev/net/tun, /dev/vhost-net,
// /dev/vfio/vfio. Throws Error, with `device` in it: INVALID_ARGUMENT for what no VM can have,
// FAILED_PRECONDITION for a group with a device that isn't bound to vfio-pci. Sysfs may be a fake
// one.
std::vector<HostDeviceSpec> HostDevicesOf(const std::filesystem::path& device,
                                          const std::filesystem::path& sysfs);

// Whether QEMU opens the node's own device node for it: of USB devices and of VFIO's groups.
bool QemuOpensByPath(const std::filesystem::path& device, const std::filesystem::path& sysfs);

}  // namespace crimux::vm
