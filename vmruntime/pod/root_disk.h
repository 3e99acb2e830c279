#pragma once

#include <filesystem>

#include "config/config.h"
#include "vmruntime/image/image_store.h"

namespace crimux::vm {

// A numeric user and group.
struct Owner {
  unsigned uid = 0;
  unsigned gid = 0;
};

// Whom QEMU runs as. Throws Error (FAILED_PRECONDITION) when the configured user or group is
// unknown.
Owner QemuOwner(const VmConfig& config);

// Makes `file` a qcow2 overlay on the image, owned by QEMU's user. Throws Error; nothing is left
// then.
void CreateRootDisk(const std::filesystem::path& file, const StoredImage& image, Owner owner);

// An empty file that QEMU's user may append to: the console's log.
void CreateConsoleFile(const std::filesystem::path& file, Owner owner);

}  // namespace crimux::vm
