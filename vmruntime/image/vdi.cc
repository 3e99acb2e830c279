#include "vmruntime/image/vdi.h"

#include <fmt/format.h>

#include "vmruntime/image/bytes.h"

namespace crimux::vm {
namespace {

constexpr uint64_t kVdiHeaderSize = 512;
constexpr uint32_t kVdiVersion = 0x00010001;
constexpr uint32_t kDynamic = 1;
constexpr uint32_t kStatic = 2;
constexpr uint32_t kBlockSize = 1U << 20;

bool IsZero(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

std::string Fault(std::string_view head, uint64_t disk_size, uint64_t file_size) {
  uint32_t version = ReadLittleEndian<uint32_t>(head, 68);
  uint32_t type = ReadLittleEndian<uint32_t>(head, 76);
  uint64_t map_offset = ReadLittleEndian<uint32_t>(head, 340);
  uint64_t data_offset = ReadLittleEndian<uint32_t>(head, 344);
  uint64_t blocks = ReadLittleEndian<uint32_t>(head, 384);
  if (version != kVdiVersion)
    return fmt::format("is a vdi of the unsupported version {:#x}", version);
  // uuid_link and uuid_parent.
  if (!IsZero(head.substr(424, 32))) return "has a parent disk";
  if (type != kDynamic && type != kStatic) return "is a vdi that depends on another disk";
  if (disk_size < kSmallestDisk || disk_size > kLargestDisk) {
    return fmt::format("has an impossible disk size ({} bytes)", disk_size);
  }
  if (ReadLittleEndian<uint32_t>(head, 360) != 512) return "has an impossible sector size";
  if (ReadLittleEndian<uint32_t>(head, 376) != kBlockSize) return "has an impossible block size";
  if (blocks != (disk_size + kBlockSize - 1) / kBlockSize) return "has an impossible block count";
  if (map_offset < kVdiHeaderSize || map_offset + blocks * 4 > file_size) {
    return "has its block map outside of the file";
  }
  if (data_offset < map_offset + blocks * 4) return "has its data inside of its block map";
  return "";
}

}  // namespace

bool LooksLikeVdi(std::string_view head) { return HasAt(head, 64, "\x7f\x10\xda\xbe"); }

DiskVerdict JudgeVdi(const DiskBytes& bytes) {
  DiskVerdict verdict{.format = "vdi"};
  std::string head = bytes.read(0, kVdiHeaderSize);
  if (head.size() < kVdiHeaderSize) {
    verdict.refusal = "ends inside of its header";
    return verdict;
  }
  uint64_t disk_size = ReadLittleEndian<uint64_t>(head, 368);
  verdict.refusal = Fault(head, disk_size, bytes.size);
  if (verdict.refusal.empty()) verdict.virtual_size = (disk_size + 511) / 512 * 512;
  return verdict;
}

}  // namespace crimux::vm
