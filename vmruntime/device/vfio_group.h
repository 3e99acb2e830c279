#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vmruntime/machine/domain/host_device_spec.h"

namespace crimux::vm {

// What a VM gets of an IOMMU group: PCI functions and mediated devices, all of them, since they can
// reach each other's memory; bridges stay the node's. Throws Error, with `device` in it:
// FAILED_PRECONDITION when one has another driver than vfio-pci, or none is there.
std::vector<HostDeviceSpec> DevicesOfGroup(const std::string& group,
                                           const std::filesystem::path& device,
                                           const std::filesystem::path& sysfs);

// The node of a PCI function's IOMMU group: "/dev/vfio/42". Empty for a function in none.
std::filesystem::path GroupNodeOf(const std::string& function, const std::filesystem::path& sysfs);

}  // namespace crimux::vm
