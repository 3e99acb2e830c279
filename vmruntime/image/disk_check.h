#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

#include "config/config.h"
#include "vmruntime/image/disk_format.h"

namespace crimux::vm {

struct CheckedDisk {
  std::string format;         // as DiskVerdict has it
  uint64_t virtual_size = 0;  // bytes
};

// JudgeDisk for a file. Throws Error when it cannot be read.
DiskVerdict JudgeDiskFile(const std::filesystem::path& file);

// Says whether a file may become the disk of a VM: first by its header (JudgeDisk), then by
// qemu-img, which must see the same format and size and find a qcow2's tables sound. When we are
// root, qemu-img runs as the user that QEMU runs as, so the file must be readable for it; always
// under limits of memory and time. `shown` names the file in errors. Throws Error:
// FAILED_PRECONDITION when the file is refused, CANCELLED by `stop`, INTERNAL when qemu-img cannot
// be run.
CheckedDisk CheckDisk(const std::filesystem::path& file, const std::string& shown,
                      const VmConfig& config, std::stop_token stop);

}  // namespace crimux::vm
