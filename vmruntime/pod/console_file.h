#pragma once

#include <filesystem>

#include "vmruntime/disk/owner.h"

namespace crimux::vm {

// An empty file that QEMU's user may append to: the console's log.
void CreateConsoleFile(const std::filesystem::path& file, Owner owner);

}  // namespace crimux::vm
