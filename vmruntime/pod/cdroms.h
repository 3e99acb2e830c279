#pragma once

#include <vector>

#include "vmruntime/annotations/disk_options.h"
#include "vmruntime/pod/container_devices.h"

namespace crimux::vm {

// Those of the CD-ROMs that are to boot from, or those that aren't: files of the container's
// mounts, copied to its folder, and devices of it. Throws Error, INVALID_ARGUMENT for what isn't
// there.
std::vector<DiskSpec> MakeCdroms(const state::ContainerRecord& container,
                                 const std::vector<Cdrom>& cdroms,
                                 const std::vector<ContainerDevice>& devices, bool boot,
                                 const Rooms& rooms);

}  // namespace crimux::vm
