#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "vmruntime/fetch/progress.h"

namespace crimux::vm {

// How a file is compressed, and the program that undoes it.
struct Compression {
  std::string name;                   // "gzip", "xz", "zstd" or "bzip2"
  std::vector<std::string> unpacker;  // from standard input to standard output
};

// By the first bytes of a file; nullopt: not compressed in a way that we know.
std::optional<Compression> CompressionOf(std::string_view head);

struct Unpacking {
  std::filesystem::path from;
  // Must not be there yet; runs of zeros become holes. On an Error it may be half written.
  std::filesystem::path to;
  // Names the file in errors.
  std::string shown;
  // Told how much of `from` is unpacked; may be null.
  Progress* progress = nullptr;
};

// Unpacks into a new file of mode 0644. The program is sandboxed: it reads the one file, and cannot
// write any; what it says is taken by us, so nothing grows beyond VmConfig::image_size_limit or
// what the disk has room for. Constant memory. Throws Error: FAILED_PRECONDITION (damaged),
// RESOURCE_EXHAUSTED (too large, disk full), CANCELLED by `stop`, INTERNAL (no such program).
void Unpack(const Compression& compression, const Unpacking& unpacking, const VmConfig& config,
            std::stop_token stop);

}  // namespace crimux::vm
