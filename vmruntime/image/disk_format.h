#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace crimux::vm {

// What a file is, judged by its bytes, before any other program opens it.
struct DiskVerdict {
  std::string format;         // "qcow2" or "raw"
  uint64_t virtual_size = 0;  // bytes of the disk inside
  // Why it is refused, as a sentence without subject ("has a backing file"); empty: accepted.
  std::string refusal;
};

// How much of the beginning of a file JudgeDisk wants to see: the largest cluster of a qcow2.
inline constexpr uint64_t kDiskHeadSize = 2ULL << 20;

// Disks outside of these bounds are refused; bytes.
inline constexpr uint64_t kSmallestDisk = 1ULL << 20;
inline constexpr uint64_t kLargestDisk = 64ULL << 40;

// Accepts qcow2 (versions 2 and 3) that stands alone, and raw disks with a partition table (MBR or
// GPT). Refuses, and says what it is, everything else; a qcow2 with a backing file, an external
// data file or encryption, one that is marked dirty or corrupt, one with features unknown here, and
// one whose tables lie outside of the file. `head`: the first kDiskHeadSize bytes, or the whole of
// a smaller file. Safe for hostile bytes.
DiskVerdict JudgeDisk(std::string_view head, uint64_t file_size);

}  // namespace crimux::vm
