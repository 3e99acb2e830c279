#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

#include "config/config.h"
#include "vmruntime/fetch/progress.h"

namespace crimux::vm {

struct Conversion {
  std::filesystem::path from;
  std::string from_format;  // as qemu-img calls it
  // Must not be there yet. On an Error it may be half written.
  std::filesystem::path to;
  // Names the image in errors.
  std::string shown;
  // Of the disk, in bytes.
  uint64_t virtual_size = 0;
  // Told how much of the disk is converted; may be null.
  Progress* progress = nullptr;
};

// Writes the disk as a qcow2, in which zeros take no room, into a new file of mode 0444. `from` has
// been checked, and can be read by QEMU's user. qemu-img runs sandboxed: of all files it may write
// `to` alone, and no more than VmConfig::image_size_limit and a qcow2's own tables. The same bytes
// give the same bytes, as long as qemu-img is the same. Throws Error: FAILED_PRECONDITION (qemu-img
// cannot read it), RESOURCE_EXHAUSTED (too large, disk full), CANCELLED by `stop`.
void ConvertToQcow2(const Conversion& conversion, const VmConfig& config, std::stop_token stop);

}  // namespace crimux::vm
