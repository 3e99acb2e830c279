#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace crimux::vm {

// A file to be judged by its bytes: headers may lie anywhere in it.
struct DiskBytes {
  uint64_t size = 0;
  // As many of `length` bytes at `offset` as there are.
  std::function<std::string(uint64_t offset, size_t length)> read;
};

// Of a file, which stays open as long as this or a copy. Throws Error when it cannot be read, here
// and in `read`.
DiskBytes OpenDiskBytes(const std::filesystem::path& file);

}  // namespace crimux::vm
