#pragma once

#include <cstdint>
#include <filesystem>

namespace crimux::vm {

struct DiskUsage {
  uint64_t bytes = 0;  // allocated, not the length of files
  uint64_t inodes = 0;
};

// What a container takes of the node's disk: the files in its folder, and its root disk should that
// be a file elsewhere. A root disk on a block device takes nothing. Files that go away meanwhile
// count as nothing.
DiskUsage UsageOf(const std::filesystem::path& folder, const std::filesystem::path& root_disk);

}  // namespace crimux::vm
