#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>

#include "base/owner.h"

namespace crimux::vm {

// Makes `node` a node of the block device that `device` names (a symbolic link may, too), for its
// owner alone: to read and write, or only to read. The host's own node, its owner and mode, stay as
// they are. Throws Error: INVALID_ARGUMENT when `device` is no block device.
void MakeBlockNode(const std::filesystem::path& device, const std::filesystem::path& node,
                   bool readonly, Owner owner);

// The number of the block device behind a node; 0 when it is none, or not there.
dev_t BlockDeviceOf(const std::filesystem::path& node);

// Bytes.
uint64_t BlockDeviceSize(const std::filesystem::path& node);

}  // namespace crimux::vm
