#include "vmruntime/image/disk_format.h"

#include <absl/strings/ascii.h>
#include <fmt/format.h>

#include <array>

#include "vmruntime/image/bytes.h"
#include "vmruntime/image/compression.h"
#include "vmruntime/image/qcow2.h"
#include "vmruntime/image/vdi.h"
#include "vmruntime/image/vhdx.h"
#include "vmruntime/image/vmdk.h"

namespace crimux::vm {
namespace {

struct Magic {
  uint64_t offset;
  std::string_view bytes;
  std::string_view what;
};

// Things that people put behind an image URL by mistake, or that are not supported.
constexpr std::array kMagics = {
    Magic{0, "PK\x03\x04", "is a zip archive"},
    Magic{0, "7z\xbc\xaf\x27\x1c", "is a 7z archive"},
    Magic{257, "ustar", "is a tar archive"},
    Magic{0, "conectix", "is a vhd disk; convert it to qcow2"},
    Magic{0, {"QED\0", 4}, "is a qed disk; convert it to qcow2"},
    Magic{0, "LUKS\xba\xbe", "is encrypted by LUKS"},
    Magic{0,
          "\x7f"
          "ELF",
          "is an ELF program"},
    Magic{0, "hsqs", "is a squashfs file system"},
};

bool IsText(std::string_view head) {
  head = head.substr(0, 512);
  for (char c : head) {
    unsigned char byte = static_cast<unsigned char>(c);
    bool space = c == '\n' || c == '\r' || c == '\t' || c == '\f';
    if (byte == 0x7f || (byte < 0x20 && !space)) return false;
  }
  return true;
}

// What a file without a partition table looks like.
std::string Describe(std::string_view head) {
  if (head.empty()) return "is empty";
  for (const Magic& magic : kMagics) {
    if (HasAt(head, magic.offset, magic.bytes)) return std::string(magic.what);
  }
  if (CompressionOf(head)) return "is compressed twice";
  if (HasAt(head, 32769, "CD001")) return "is a CD image without a partition table";
  if (HasAt(head, 1080, "\x53\xef")) return "is an ext file system without a partition table";
  if (IsText(head)) {
    std::string start = absl::AsciiStrToLower(std::string(head.substr(0, 512)));
    start.erase(0, start.find_first_not_of(" \t\r\n\f"));
    bool html = start.starts_with("<!doctype html") || start.starts_with("<html");
    return html ? "is an HTML page" : "is text";
  }
  return "is no disk image: neither qcow2, vmdk, vdi, vhdx nor a raw disk with a partition table";
}

bool HasKnownMagic(std::string_view head) {
  for (const Magic& magic : kMagics) {
    if (HasAt(head, magic.offset, magic.bytes)) return true;
  }
  return CompressionOf(head).has_value();
}

bool HasPartitionTable(std::string_view head) {
  bool mbr = HasAt(head, 510, "\x55\xaa");
  bool gpt = HasAt(head, 512, "EFI PART") || HasAt(head, 4096, "EFI PART");
  return mbr || gpt;
}

DiskVerdict JudgeRaw(std::string_view head, uint64_t file_size) {
  // The last sector of a raw disk counts as a whole one.
  DiskVerdict verdict{.format = "raw", .virtual_size = (file_size + 511) / 512 * 512};
  if (HasKnownMagic(head) || !HasPartitionTable(head)) {
    verdict.refusal = Describe(head);
  } else if (file_size < kSmallestDisk || file_size > kLargestDisk) {
    verdict.refusal = fmt::format("has an impossible disk size ({} bytes)", file_size);
  }
  return verdict;
}

}  // namespace

DiskVerdict JudgeDisk(const DiskBytes& bytes) {
  std::string head = bytes.read(0, kDiskHeadSize);
  if (LooksLikeQcow(head)) return JudgeQcow2(head, bytes.size);
  if (LooksLikeVmdk(head)) return JudgeVmdk(bytes);
  if (LooksLikeVdi(head)) return JudgeVdi(bytes);
  if (LooksLikeVhdx(head)) return JudgeVhdx(bytes);
  return JudgeRaw(head, bytes.size);
}

}  // namespace crimux::vm
