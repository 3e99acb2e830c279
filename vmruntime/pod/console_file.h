#pragma once

#include <filesystem>

#include "base/owner.h"

namespace crimux::vm {

// An empty file that QEMU's user may append to: the console's log.
void CreateConsoleFile(const std::filesystem::path& file, Owner owner);

}  // namespace crimux::vm
