#include "vmruntime/image/disk_format.h"

#include <absl/strings/ascii.h>
#include <fmt/format.h>

#include <array>

#include "vmruntime/image/bytes.h"
#include "vmruntime/image/qcow2.h"

namespace crimux::vm {
namespace {

struct Magic {
  uint64_t offset;
  std::string_view bytes;
  std::string_view what;
};

// Things that people put behind an image URL by mistake, or that are not supported.
constexpr std::array kMagics = {
    Magic{0, "\x1f\x8b", "is compressed by gzip; serve the disk itself"},
    Magic{0,
          "\xfd"
          "7zXZ",
          "is compressed by xz; serve the disk itself"},
    Magic{0, "\x28\xb5\x2f\xfd", "is compressed by zstd; serve the disk itself"},
    Magic{0, "BZh", "is compressed by bzip2; serve the disk itself"},
    Magic{0, "PK\x03\x04", "is a zip archive"},
    Magic{0, "7z\xbc\xaf\x27\x1c", "is a 7z archive"},
    Magic{257, "ustar", "is a tar archive"},
    Magic{0, "KDMV", "is a vmdk disk; convert it to qcow2"},
    Magic{0, "# Disk Descriptor", "is a vmdk descriptor; convert the disk to qcow2"},
    Magic{64, "\x7f\x10\xda\xbe", "is a vdi disk; convert it to qcow2"},
    Magic{0, "vhdxfile", "is a vhdx disk; convert it to qcow2"},
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
  if (HasAt(head, 32769, "CD001")) return "is a CD image without a partition table";
  if (HasAt(head, 1080, "\x53\xef")) return "is an ext file system without a partition table";
  if (IsText(head)) {
    std::string start = absl::AsciiStrToLower(std::string(head.substr(0, 512)));
    start.erase(0, start.find_first_not_of(" \t\r\n\f"));
    bool html = start.starts_with("<!doctype html") || start.starts_with("<html");
    return html ? "is an HTML page" : "is text";
  }
  return "is no disk image: neither qcow2 nor a raw disk with a partition table";
}

bool HasKnownMagic(std::string_view head) {
  for (const Magic& magic : kMagics) {
    if (HasAt(head, magic.offset, magic.bytes)) return true;
  }
  return false;
}

bool HasPartitionTable(std::string_view head) {
  bool mbr = HasAt(head, 510, "\x55\xaa");
  bool gpt = HasAt(head, 512, "EFI PART") || HasAt(head, 4096, "EFI PART");
  return mbr || gpt;
}

}  // namespace

DiskVerdict JudgeDisk(std::string_view head, uint64_t file_size) {
  if (LooksLikeQcow(head)) return JudgeQcow2(head, file_size);
  // The last sector of a raw disk counts as a whole one.
  DiskVerdict verdict{.format = "raw", .virtual_size = (file_size + 511) / 512 * 512};
  if (HasKnownMagic(head) || !HasPartitionTable(head)) {
    verdict.refusal = Describe(head);
  } else if (file_size < kSmallestDisk || file_size > kLargestDisk) {
    verdict.refusal = fmt::format("has an impossible disk size ({} bytes)", file_size);
  }
  return verdict;
}

}  // namespace crimux::vm
