#include "vmruntime/image/qcow2.h"

#include <fmt/format.h>

#include <algorithm>

#include "vmruntime/image/bytes.h"

namespace crimux::vm {
namespace {

constexpr uint32_t kVersion2Header = 72;
constexpr uint32_t kVersion3Header = 104;

// Bits of incompatible_features.
constexpr uint64_t kDirty = 1 << 0;
constexpr uint64_t kCorrupt = 1 << 1;
constexpr uint64_t kDataFile = 1 << 2;
constexpr uint64_t kCompressionType = 1 << 3;
constexpr uint64_t kExtendedL2 = 1 << 4;
constexpr uint64_t kKnown = kDirty | kCorrupt | kDataFile | kCompressionType | kExtendedL2;

// Types of header extensions.
constexpr uint32_t kExtensionsEnd = 0;
constexpr uint32_t kDataFileName = 0x44415441;
constexpr uint32_t kFullDiskEncryption = 0x0537be77;

struct Qcow2Header {
  uint32_t version;
  uint64_t backing_file_offset;
  uint32_t backing_file_size;
  uint32_t cluster_bits;
  uint64_t size;
  uint32_t crypt_method;
  uint32_t l1_size;
  uint64_t l1_table_offset;
  uint64_t refcount_table_offset;
  uint32_t refcount_table_clusters;
  uint32_t nb_snapshots;
  uint64_t snapshots_offset;
  // Of version 3; version 2 has fixed values.
  uint64_t incompatible_features = 0;
  uint32_t refcount_order = 4;
  uint32_t header_length = kVersion2Header;

  uint64_t ClusterSize() const { return 1ULL << cluster_bits; }
};

Qcow2Header ReadQcow2Header(std::string_view head) {
  Qcow2Header header{.version = ReadBigEndian<uint32_t>(head, 4),
                     .backing_file_offset = ReadBigEndian<uint64_t>(head, 8),
                     .backing_file_size = ReadBigEndian<uint32_t>(head, 16),
                     .cluster_bits = ReadBigEndian<uint32_t>(head, 20),
                     .size = ReadBigEndian<uint64_t>(head, 24),
                     .crypt_method = ReadBigEndian<uint32_t>(head, 32),
                     .l1_size = ReadBigEndian<uint32_t>(head, 36),
                     .l1_table_offset = ReadBigEndian<uint64_t>(head, 40),
                     .refcount_table_offset = ReadBigEndian<uint64_t>(head, 48),
                     .refcount_table_clusters = ReadBigEndian<uint32_t>(head, 56),
                     .nb_snapshots = ReadBigEndian<uint32_t>(head, 60),
                     .snapshots_offset = ReadBigEndian<uint64_t>(head, 64)};
  if (header.version == 3) {
    header.incompatible_features = ReadBigEndian<uint64_t>(head, 72);
    header.refcount_order = ReadBigEndian<uint32_t>(head, 96);
    header.header_length = ReadBigEndian<uint32_t>(head, 100);
  }
  return header;
}

// What it needs beside its own bytes, or cannot be trusted for.
std::string FaultOfFeatures(const Qcow2Header& header) {
  uint64_t features = header.incompatible_features;
  if (header.backing_file_offset != 0 || header.backing_file_size != 0) {
    return "has a backing file; flatten it with qemu-img convert";
  }
  if (features & kDataFile) return "has an external data file; merge it with qemu-img convert";
  if (header.crypt_method != 0) return "is encrypted";
  if (features & kCorrupt) return "is marked as corrupt";
  if (features & kDirty) return "was not closed properly; repair it with qemu-img check -r all";
  if (features & ~kKnown) {
    return fmt::format("has unknown incompatible features ({:#x})", features & ~kKnown);
  }
  return "";
}

bool Inside(uint64_t offset, uint64_t length, uint64_t file_size) {
  return offset <= file_size && length <= file_size - offset;
}

std::string FaultOfLayout(const Qcow2Header& header, uint64_t file_size) {
  if (header.cluster_bits < 9 || header.cluster_bits > 21) return "has an impossible cluster size";
  if (header.refcount_order > 6) return "has an impossible refcount width";
  uint32_t shortest = header.version == 3 ? kVersion3Header : kVersion2Header;
  if (header.header_length < shortest || header.header_length > header.ClusterSize()) {
    return "has an impossible header length";
  }
  if (header.size < kSmallestDisk || header.size > kLargestDisk) {
    return fmt::format("has an impossible disk size ({} bytes)", header.size);
  }
  if (header.header_length > file_size) return "ends inside of its header";
  if (header.l1_table_offset == 0 || header.l1_size == 0 ||
      !Inside(header.l1_table_offset, header.l1_size * 8ULL, file_size)) {
    return "has its L1 table outside of the file";
  }
  if (!Inside(header.refcount_table_offset, header.refcount_table_clusters * header.ClusterSize(),
              file_size)) {
    return "has its refcount table outside of the file";
  }
  if (header.nb_snapshots > 0 && !Inside(header.snapshots_offset, 1, file_size)) {
    return "has its snapshots outside of the file";
  }
  return "";
}

// Walks through the header extensions, which lie in the first cluster.
std::string FaultOfExtensions(std::string_view head, const Qcow2Header& header) {
  uint64_t end = std::min<uint64_t>(head.size(), header.ClusterSize());
  uint64_t at = header.header_length;
  while (at + 8 <= end) {
    uint32_t type = ReadBigEndian<uint32_t>(head, at);
    uint64_t length = ReadBigEndian<uint32_t>(head, at + 4);
    if (type == kExtensionsEnd) return "";
    if (type == kDataFileName) return "names an external data file";
    if (type == kFullDiskEncryption) return "is encrypted";
    at += 8 + (length + 7) / 8 * 8;
    if (at > end) return "has a header extension that runs out of its cluster";
  }
  return "";
}

}  // namespace

bool LooksLikeQcow(std::string_view head) { return head.starts_with("QFI\xfb"); }

DiskVerdict JudgeQcow2(std::string_view head, uint64_t file_size) {
  DiskVerdict verdict{.format = "qcow2"};
  if (head.size() < kVersion2Header) {
    verdict.refusal = "ends inside of its header";
    return verdict;
  }
  Qcow2Header header = ReadQcow2Header(head);
  verdict.virtual_size = header.size;
  if (header.version != 2 && header.version != 3) {
    verdict.refusal = fmt::format("is a qcow of the unsupported version {}", header.version);
  } else if (header.version == 3 && head.size() < kVersion3Header) {
    verdict.refusal = "ends inside of its header";
  }
  if (verdict.refusal.empty()) verdict.refusal = FaultOfFeatures(header);
  if (verdict.refusal.empty()) verdict.refusal = FaultOfLayout(header, file_size);
  if (verdict.refusal.empty()) verdict.refusal = FaultOfExtensions(head, header);
  return verdict;
}

}  // namespace crimux::vm
