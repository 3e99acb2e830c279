#pragma once

#include <filesystem>

#include "base/owner.h"

namespace crimux::vm {

// It is there, and a character device. Links are followed.
bool IsCharacterDevice(const std::filesystem::path& device);

// Whether both are nodes of one device. Throws Error when one isn't there.
bool IsSameDevice(const std::filesystem::path& a, const std::filesystem::path& b);

// Where sysfs shows the device: "/sys/devices/virtual/vfio/42". Empty when it doesn't. Throws Error
// when the device isn't there.
std::filesystem::path SysfsFolderOf(const std::filesystem::path& device,
                                    const std::filesystem::path& sysfs);

// Makes `node` a node of the device, for its owner alone. The host's own node stays as it is.
void MakeCharacterNode(const std::filesystem::path& device, const std::filesystem::path& node,
                       Owner owner);

}  // namespace crimux::vm
