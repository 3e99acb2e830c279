#include "vmruntime/image/vmdk.h"

#include <absl/strings/escaping.h>
#include <fmt/format.h>

#include <algorithm>

#include "vmruntime/image/bytes.h"

namespace crimux::vm {
namespace {

constexpr uint64_t kSector = 512;
constexpr uint64_t kVmdkHeaderSize = 79;
// Marker, header and end marker at the end of a stream.
constexpr uint64_t kFooterSectors = 3;
constexpr uint64_t kDirectoryAtEnd = ~0ULL;
// What QEMU reads of a descriptor.
constexpr uint64_t kDescriptorSize = 20 * kSector;

struct VmdkHeader {
  uint32_t version;
  uint64_t capacity;  // sectors
  uint64_t grain_size;
  uint64_t descriptor_offset;
  uint32_t grains_per_table;
  uint64_t directory_offset;
  uint64_t overhead;
  uint16_t compression;
};

VmdkHeader ReadVmdkHeader(std::string_view bytes) {
  return {.version = ReadLittleEndian<uint32_t>(bytes, 4),
          .capacity = ReadLittleEndian<uint64_t>(bytes, 12),
          .grain_size = ReadLittleEndian<uint64_t>(bytes, 20),
          .descriptor_offset = ReadLittleEndian<uint64_t>(bytes, 28),
          .grains_per_table = ReadLittleEndian<uint32_t>(bytes, 44),
          .directory_offset = ReadLittleEndian<uint64_t>(bytes, 56),
          .overhead = ReadLittleEndian<uint64_t>(bytes, 64),
          .compression = ReadLittleEndian<uint16_t>(bytes, 77)};
}

std::string FaultOfHeader(const VmdkHeader& header, uint64_t file_size) {
  uint64_t sectors = (file_size + kSector - 1) / kSector;
  if (header.version < 1 || header.version > 3) {
    return fmt::format("is a vmdk of the unsupported version {}", header.version);
  }
  if (header.capacity == 0) return "is a vmdk descriptor, whose data is in other files";
  if (header.capacity < kSmallestDisk / kSector || header.capacity > kLargestDisk / kSector) {
    return fmt::format("has an impossible disk size ({} sectors)", header.capacity);
  }
  if (header.grain_size == 0 || header.grain_size > 1U << 16) {
    return "has an impossible grain size";
  }
  if (header.grains_per_table == 0 || header.grains_per_table > 512) {
    return "has an impossible grain table size";
  }
  if (header.compression > 1) return "is compressed in an unknown way";
  if (header.overhead > sectors) return "ends inside of its header";
  if (header.directory_offset != kDirectoryAtEnd && header.directory_offset >= sectors) {
    return "has its grain directory outside of the file";
  }
  if (header.descriptor_offset == 0 || header.descriptor_offset >= sectors) {
    return "has no descriptor";
  }
  return "";
}

// The value behind `key=` at the start of a line, without quotes.
std::string ValueOf(std::string_view text, std::string_view key) {
  size_t at = 0;
  while (at < text.size()) {
    size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    if (line.starts_with(key) && line.substr(key.size()).starts_with('=')) {
      std::string_view value = line.substr(key.size() + 1);
      std::string plain;
      for (char c : value) {
        if (c != '"' && c != '\r' && c != ' ') plain += c;
      }
      return plain;
    }
    at = end + 1;
  }
  return "";
}

std::string FaultOfDescriptor(const std::string& text) {
  // Looked for everywhere, since readers differ in where a descriptor ends.
  if (text.find("parentFileNameHint") != std::string::npos) return "has a parent disk";
  if (text.find("encryption.") != std::string::npos) return "is encrypted";
  std::string parent = ValueOf(text, "parentCID");
  if (!parent.empty() && parent != "ffffffff") return "has a parent disk";
  std::string type = ValueOf(text, "createType");
  if (type.empty()) return "has no descriptor";
  if (type != "monolithicSparse" && type != "streamOptimized") {
    return fmt::format("is a vmdk of the type {}, whose data is in other files",
                       absl::CHexEscape(type.substr(0, 40)));
  }
  return "";
}

std::string Fault(const DiskBytes& bytes, const VmdkHeader& header) {
  std::string fault = FaultOfHeader(header, bytes.size);
  if (!fault.empty()) return fault;
  return FaultOfDescriptor(bytes.read(header.descriptor_offset * kSector, kDescriptorSize));
}

}  // namespace

bool LooksLikeVmdk(std::string_view head) {
  return head.starts_with("KDMV") || head.starts_with("COWD") ||
         head.starts_with("# Disk Descriptor");
}

DiskVerdict JudgeVmdk(const DiskBytes& bytes) {
  DiskVerdict verdict{.format = "vmdk"};
  std::string head = bytes.read(0, kVmdkHeaderSize);
  if (!head.starts_with("KDMV")) {
    verdict.refusal = head.starts_with("#") ? "is a vmdk descriptor, whose data is in other files"
                                            : "is a vmdk of an old kind; convert it to qcow2";
    return verdict;
  }
  if (head.size() < kVmdkHeaderSize) {
    verdict.refusal = "ends inside of its header";
    return verdict;
  }
  VmdkHeader header = ReadVmdkHeader(head);
  verdict.refusal = Fault(bytes, header);
  if (verdict.refusal.empty() && header.directory_offset == kDirectoryAtEnd) {
    // The footer's header counts instead.
    uint64_t sectors = (bytes.size + kSector - 1) / kSector;
    uint64_t footer = (sectors - std::min(sectors, kFooterSectors)) * kSector;
    std::string foot = bytes.read(footer + kSector, kVmdkHeaderSize);
    header = ReadVmdkHeader(foot);
    bool there = foot.starts_with("KDMV") && header.directory_offset != kDirectoryAtEnd;
    verdict.refusal = there ? Fault(bytes, header) : "is a vmdk stream without its end";
  }
  if (verdict.refusal.empty()) verdict.virtual_size = header.capacity * kSector;
  return verdict;
}

}  // namespace crimux::vm
