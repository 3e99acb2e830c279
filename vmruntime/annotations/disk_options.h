#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vmruntime/annotations/annotation_reader.h"
#include "vmruntime/machine/domain/disk_spec.h"

namespace crimux::vm {

// A disk that is empty at first.
struct ExtraDisk {
  std::string name;  // up to 20 lower-case letters, digits and dashes: the serial number, too
  uint64_t size = 0;
  // Absent: as all disks.
  std::optional<DiskBus> bus;
};

// Exactly one of the two is set: a file in one of the container's mounts, or one of its devices, by
// their paths in the container.
struct Cdrom {
  std::string path;
  std::string device;
  // The firmware tries it before the root disk.
  bool boot = false;
};

// What a VM's disks are like.
struct DiskOptions {
  // Absent: virtio, or what the profile has.
  std::optional<DiskBus> bus;
  DiskCache cache = DiskCache::kWriteback;
  std::optional<DiskIo> io;
  bool discard = true;
  // Bytes; smaller than the image means nothing.
  uint64_t root_size = 0;
  // The root disk outlives its container, as long as the pod lives.
  bool keep_root = true;
  std::vector<ExtraDisk> disks;
  std::vector<Cdrom> cdroms;
};

// No disk may be larger; bytes.
inline constexpr uint64_t kLargestDisk = 64ULL << 40;

DiskOptions ReadDiskOptions(const AnnotationReader& reader);

}  // namespace crimux::vm
