#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/owner.h"

namespace crimux::vm {

// A file or folder of the host, as a container's mount shows it.
struct MountedPath {
  std::string container_path;
  std::filesystem::path host_path;
};

// Copies the file that the container would see at `path` to `to`, for QEMU's user to read. A copy,
// since that user cannot enter the folders of volumes, and shall not; where the file system can,
// it shares the bytes. Links are followed inside the mount, never out of it. Throws Error:
// INVALID_ARGUMENT when no mount has the path, or it is no plain file, RESOURCE_EXHAUSTED when it
// is larger than `limit` bytes or the disk is full.
void CopyFromMount(const std::string& path, const std::vector<MountedPath>& mounts,
                   const std::filesystem::path& to, uint64_t limit, Owner owner);

}  // namespace crimux::vm
