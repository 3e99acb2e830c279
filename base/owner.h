#pragma once

#include <filesystem>

#include "config/config.h"

namespace crimux::vm {

// A numeric user and group.
struct Owner {
  unsigned uid = 0;
  unsigned gid = 0;
};

// Whom QEMU runs as. Throws Error (FAILED_PRECONDITION) when the configured user or group is
// unknown.
Owner QemuOwner(const VmConfig& config);

// Throws Error that names the file.
void SetOwner(const std::filesystem::path& file, Owner owner);

}  // namespace crimux::vm
