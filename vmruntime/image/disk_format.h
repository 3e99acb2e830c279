#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "vmruntime/image/disk_bytes.h"

namespace crimux::vm {

// What a file is, judged by its bytes, before any other program opens it.
struct DiskVerdict {
  std::string format;         // "qcow2", "raw", "vmdk", "vdi" or "vhdx", as qemu-img calls them
  uint64_t virtual_size = 0;  // bytes of the disk inside
  // Why it is refused, as a sentence without subject ("has a backing file"); empty: accepted.
  std::string refusal;
};

// How much of the beginning of a file is looked at: the largest cluster of a qcow2.
inline constexpr uint64_t kDiskHeadSize = 2ULL << 20;

// Disks outside of these bounds are refused; bytes.
inline constexpr uint64_t kSmallestDisk = 1ULL << 20;
inline constexpr uint64_t kLargestDisk = 64ULL << 40;

// Accepts qcow2 (versions 2 and 3), vmdk (monolithicSparse and streamOptimized), vdi and vhdx that
// stand alone, and raw disks with a partition table (MBR or GPT). Refuses, and says what it is,
// everything else; disks with a backing file, a parent, data in other files or encryption, ones
// that are marked dirty or corrupt, ones with features unknown here, and ones whose tables lie
// outside of the file. Safe for hostile bytes; throws only what `bytes` does.
DiskVerdict JudgeDisk(const DiskBytes& bytes);

}  // namespace crimux::vm
