#pragma once

#include <vector>

#include "runtime/v1/api.pb.h"
#include "vmruntime/annotations/disk_options.h"
#include "vmruntime/guest/seed_spec.h"

namespace crimux::vm {

// The links by which a guest has its block volumes at the paths that the manifest names
// (devicePath): to where udev shows a disk with that serial number on that bus. None for the root
// disk and CD-ROMs.
std::vector<GuestLink> DeviceLinks(const runtime::v1::ContainerConfig& container,
                                   const DiskOptions& options);

}  // namespace crimux::vm
