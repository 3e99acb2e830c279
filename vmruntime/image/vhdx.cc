#include "vmruntime/image/vhdx.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "vmruntime/image/bytes.h"

namespace crimux::vm {
namespace {

constexpr uint64_t kTableSize = 64 << 10;
constexpr std::array<uint64_t, 2> kHeaderOffsets = {64 << 10, 128 << 10};
constexpr uint64_t kRegionTableOffset = 192 << 10;
constexpr size_t kEntrySize = 32;
// By the specification, for region and metadata tables.
constexpr size_t kMostEntries = 2047;
constexpr uint32_t kHasParent = 2;

using namespace std::string_view_literals;
// GUIDs as they lie on the disk.
constexpr std::string_view kMetadataRegion =
    "\x06\xa2\x7c\x8b\x90\x47\x9a\x4b\xb8\xfe\x57\x5f\x05\x0f\x88\x6e"sv;
constexpr std::string_view kFileParameters =
    "\x37\x67\xa1\xca\x36\xfa\x43\x4d\xb3\xb6\x33\xf0\xaa\x44\xe7\x6b"sv;
constexpr std::string_view kDiskSize =
    "\x24\x42\xa5\x2f\x1b\xcd\x76\x48\xb2\x11\x5d\xbe\xd8\x3b\xf4\xb8"sv;
constexpr std::string_view kSectorSize =
    "\x1d\xbf\x41\x81\x6f\xa9\x09\x47\xba\x47\xf2\x33\xa8\xfa\xab\x5f"sv;
constexpr std::string_view kParentLocator =
    "\x2d\x5f\xd3\xa8\x0b\xb3\x4d\x45\xab\xf7\xd3\xd8\x48\x34\xab\x0c"sv;

// The entry of a table that begins with `guid`; nullopt when there is none.
std::optional<std::string_view> FindEntry(std::string_view table, size_t first, size_t count,
                                          std::string_view guid) {
  for (size_t i = 0; i < std::min(count, kMostEntries); ++i) {
    size_t at = first + i * kEntrySize;
    if (at + kEntrySize > table.size()) break;
    if (HasAt(table, at, guid)) return table.substr(at, kEntrySize);
  }
  return std::nullopt;
}

// The metadata table and what it points to.
class Metadata {
 public:
  Metadata(const DiskBytes& bytes, uint64_t offset)
      : bytes_(bytes), offset_(offset), table_(bytes.read(offset, kTableSize)) {}

  bool IsThere() const { return table_.starts_with("metadata"); }
  bool Has(std::string_view guid) const { return Find(guid).has_value(); }
  // Its first bytes; empty when it is not there.
  std::string Item(std::string_view guid) const {
    std::optional<std::string_view> entry = Find(guid);
    if (!entry) return "";
    return bytes_.read(offset_ + ReadLittleEndian<uint32_t>(*entry, 16), 8);
  }

 private:
  std::optional<std::string_view> Find(std::string_view guid) const {
    return FindEntry(table_, kEntrySize, ReadLittleEndian<uint16_t>(table_, 10), guid);
  }

  const DiskBytes& bytes_;
  uint64_t offset_;
  std::string table_;
};

// Whether the newer header names a log, which would have to be replayed.
bool HasLog(const DiskBytes& bytes) {
  uint64_t newest = 0;
  bool has_log = false;
  for (uint64_t offset : kHeaderOffsets) {
    std::string header = bytes.read(offset, 64);
    if (header.size() < 64 || !header.starts_with("head")) continue;
    uint64_t sequence = ReadLittleEndian<uint64_t>(header, 8);
    if (sequence < newest) continue;
    newest = sequence;
    has_log = header.substr(48).find_first_not_of('\0') != std::string::npos;
  }
  return has_log;
}

std::string FaultOfMetadata(const Metadata& metadata, uint64_t& disk_size) {
  if (!metadata.IsThere()) return "has no metadata";
  std::string parameters = metadata.Item(kFileParameters);
  std::string size = metadata.Item(kDiskSize);
  if (parameters.size() < 8 || size.size() < 8) return "has no metadata";
  bool has_parent = ReadLittleEndian<uint32_t>(parameters, 4) & kHasParent;
  if (has_parent || metadata.Has(kParentLocator)) return "has a parent disk";
  uint32_t block_size = ReadLittleEndian<uint32_t>(parameters, 0);
  if (block_size < 1U << 20 || block_size > 256U << 20 || (block_size & (block_size - 1)) != 0) {
    return "has an impossible block size";
  }
  if (ReadLittleEndian<uint32_t>(metadata.Item(kSectorSize), 0) != 512) {
    return "has sectors of another size than 512 bytes; convert it to qcow2";
  }
  disk_size = ReadLittleEndian<uint64_t>(size, 0);
  if (disk_size < kSmallestDisk || disk_size > kLargestDisk || disk_size % 512 != 0) {
    return fmt::format("has an impossible disk size ({} bytes)", disk_size);
  }
  return "";
}

}  // namespace

bool LooksLikeVhdx(std::string_view head) { return head.starts_with("vhdxfile"); }

DiskVerdict JudgeVhdx(const DiskBytes& bytes) {
  DiskVerdict verdict{.format = "vhdx"};
  std::string regions = bytes.read(kRegionTableOffset, kTableSize);
  if (!regions.starts_with("regi")) {
    verdict.refusal = "has no region table";
    return verdict;
  }
  std::optional<std::string_view> region =
      FindEntry(regions, 16, ReadLittleEndian<uint32_t>(regions, 8), kMetadataRegion);
  if (!region) {
    verdict.refusal = "has no metadata";
    return verdict;
  }
  Metadata metadata(bytes, ReadLittleEndian<uint64_t>(*region, 16));
  verdict.refusal = FaultOfMetadata(metadata, verdict.virtual_size);
  if (verdict.refusal.empty() && HasLog(bytes)) {
    verdict.refusal = "was not closed properly; convert it to qcow2 where it was made";
  }
  return verdict;
}

}  // namespace crimux::vm
