#pragma once

#include <cstdint>
#include <filesystem>

#include "base/owner.h"
#include "vmruntime/image/image_store.h"

namespace crimux::vm {

// Both make a qcow2 that belongs to QEMU's user, and only whole: what a crash leaves half-made is
// named "<file>.new", and made anew by the next call. Throw Error (RESOURCE_EXHAUSTED when the disk
// is full); nothing is left then.

// A disk over the image, of `size` bytes, or the image's when that is more.
void CreateRootDisk(const std::filesystem::path& file, const StoredImage& image, uint64_t size,
                    Owner owner);

// A disk of `size` bytes, all zero.
void CreateEmptyDisk(const std::filesystem::path& file, uint64_t size, Owner owner);

}  // namespace crimux::vm
