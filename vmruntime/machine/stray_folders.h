#pragma once

#include <libvirt/libvirt.h>

#include <filesystem>

namespace crimux::vm {

// Removes folders of machines below the driver's root that libvirt has left behind: it died between
// making them and noting that the machine runs, or between the other two. Those of running machines
// stay. For the time when no machine is being started. What can't be removed is logged.
void RemoveStrayFolders(virConnectPtr connection, const std::filesystem::path& root);

}  // namespace crimux::vm
