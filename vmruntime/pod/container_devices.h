#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "vmruntime/pod/rooms.h"

namespace crimux::vm {

// A block device of a container, through a node of its own in the container's folder, so that
// nothing changes for others who use the device on the host.
struct ContainerDevice {
  std::string container_path;
  std::filesystem::path node;
  bool readonly = false;
};

// A container's root disk may be one: the device with this path in the container.
inline constexpr std::string_view kRootDevicePath = "/";

// Where the node of the container's device number `index` is.
std::filesystem::path DeviceNode(const state::ContainerRecord& container, int index,
                                 const Layout& layout);

// Makes the nodes, in the order of the manifest, but for character devices, which are no disks
// (container_host_devices.h). Read-only are those whose permissions have no "w".
// Throws Error: INVALID_ARGUMENT for what is no block device, or is there twice,
// FAILED_PRECONDITION for one that another VM of this node uses, unless both only read.
std::vector<ContainerDevice> MakeDevices(const state::ContainerRecord& container,
                                         const Rooms& rooms);

}  // namespace crimux::vm
