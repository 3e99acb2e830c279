#pragma once

#include <cstdint>
#include <filesystem>

#include "config/config.h"
#include "vmruntime/image/image_store.h"

namespace crimux::vm {

// A root disk that outlives its pod: a block device, filled from the image once.
struct PersistentRoot {
  // The part of the device that is the guest's disk; bytes.
  uint64_t offset = 0;
  uint64_t size = 0;
};

// Sees to it that the device behind `node`, which QEMU's user may write, holds a root disk:
//   blank (its first MiB is zero) -> filled from the image
//   filling broke off             -> filled from the image anew
//   filled before                 -> left as it is, whatever image it came from
// Throws Error: FAILED_PRECONDITION when it holds something else, or is too small for the image.
// `shown` names the device as the manifest does.
PersistentRoot PreparePersistentRoot(const std::filesystem::path& node, const std::string& shown,
                                     const StoredImage& image, const VmConfig& config);

}  // namespace crimux::vm
