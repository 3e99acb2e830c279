// The check of a disk image's header. The input is a file that is mostly holes: its size, and
// pieces at their places.
#include <algorithm>
#include <map>

#include "tests/fuzz/target.h"
#include "vmruntime/image/bytes.h"
#include "vmruntime/image/disk_format.h"

namespace crimux::fuzz {
namespace {

using vm::DiskBytes;
using vm::DiskVerdict;

constexpr size_t kNumber = 8;
// The check reads the head, and tables of a known size.
constexpr size_t kMostReads = 64;

std::string Number(uint64_t value) {
  std::string bytes;
  for (size_t i = 0; i < kNumber; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

uint64_t TakeNumber(std::string_view* text) {
  uint64_t number = vm::ReadLittleEndian<uint64_t>(*text, 0);
  text->remove_prefix(std::min(kNumber, text->size()));
  return number;
}

class SparseDisk {
 public:
  explicit SparseDisk(std::string_view input) : size_(TakeNumber(&input) % (1ULL << 48)) {
    while (input.size() > kNumber) {
      uint64_t at = TakeNumber(&input);
      pieces_.emplace(at, TakePart(&input));
    }
  }

  std::string Read(uint64_t offset, size_t length) {
    Require(++reads_ <= kMostReads, "a check reads little");
    if (offset >= size_) return "";
    std::string bytes(static_cast<size_t>(std::min<uint64_t>(length, size_ - offset)), '\0');
    for (const auto& [at, piece] : pieces_) {
      for (size_t i = 0; i < piece.size(); ++i) {
        uint64_t place = at + i - offset;
        if (at + i >= offset && place < bytes.size()) bytes[place] = piece[i];
      }
    }
    return bytes;
  }
  uint64_t size() const { return size_; }

 private:
  uint64_t size_;
  std::map<uint64_t, std::string_view> pieces_;
  size_t reads_ = 0;
};

void Check(std::string_view input) {
  SparseDisk disk(input);
  DiskVerdict verdict = vm::JudgeDisk(
      {disk.size(), [&](uint64_t offset, size_t length) { return disk.Read(offset, length); }});
  if (!verdict.refusal.empty()) return;
  bool known = false;
  for (const char* format : {"qcow2", "raw", "vmdk", "vdi", "vhdx"}) {
    known = known || verdict.format == format;
  }
  Require(known, "what is accepted has a format");
  Require(verdict.virtual_size >= vm::kSmallestDisk && verdict.virtual_size <= vm::kLargestDisk,
          "what is accepted has a possible size");
}

std::string Disk(uint64_t size, const std::vector<std::pair<uint64_t, std::string>>& pieces) {
  std::string input = Number(size);
  for (const auto& [at, bytes] : pieces) input += Number(at) + Part(bytes);
  return input;
}

// `value` in `size` bytes, big-endian.
std::string Big(uint64_t value, size_t size) {
  std::string bytes;
  for (size_t i = size; i-- > 0;) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}
std::string Little(uint64_t value, size_t size) { return Number(value).substr(0, size); }

std::string Qcow2(uint64_t version) {
  // Clusters of 64 KiB; a disk of 4 MiB; L1 in the fourth cluster, refcounts in the second.
  std::string header = "QFI\xfb" + Big(version, 4) + Big(0, 8) + Big(0, 4) + Big(16, 4) +
                       Big(4U << 20, 8) + Big(0, 4) + Big(1, 4) + Big(3 << 16, 8) +
                       Big(1 << 16, 8) + Big(1, 4) + Big(0, 4) + Big(0, 8);
  if (version == 3) header += Big(0, 8) + Big(0, 8) + Big(0, 8) + Big(4, 4) + Big(104, 4);
  return Disk(4 << 16, {{0, header}});
}

std::string Vmdk() {
  // A disk of 2 MiB in grains of 64 KiB, its descriptor in the second sector.
  std::string header = "KDMV" + Little(1, 4) + Little(3, 4) + Little(4096, 8) + Little(128, 8) +
                       Little(1, 8) + Little(20, 8) + Little(512, 4) + Little(21, 8) +
                       Little(26, 8) + Little(128, 8) + std::string("\0\n \r\n", 5);
  return Disk(1 << 20, {{0, header},
                        {512,
                         "# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\n"
                         "createType=\"monolithicSparse\"\n"
                         "RW 4096 SPARSE \"a.vmdk\"\n"}});
}

std::string Vdi() {
  return Disk(
      3U << 20,
      {{64, Little(0xbeda107f, 4) + Little(0x00010001, 4) + Little(0x190, 4) + Little(1, 4)},
       {340, Little(512, 4) + Little(1024, 4)},
       {360, Little(512, 4) + Little(0, 4) + Little(2U << 20, 8) + Little(1U << 20, 4) +
                 Little(0, 4) + Little(2, 4) + Little(0, 4)}});
}

std::string Vhdx() {
  // GUIDs: metadata region, file parameters, disk size, sector size.
  std::string region = "\x06\xa2\x7c\x8b\x90\x47\x9a\x4b\xb8\xfe\x57\x5f\x05\x0f\x88\x6e";
  std::string parameters = "\x37\x67\xa1\xca\x36\xfa\x43\x4d\xb3\xb6\x33\xf0\xaa\x44\xe7\x6b";
  std::string disk = "\x24\x42\xa5\x2f\x1b\xcd\x76\x48\xb2\x11\x5d\xbe\xd8\x3b\xf4\xb8";
  std::string sector = "\x1d\xbf\x41\x81\x6f\xa9\x09\x47\xba\x47\xf2\x33\xa8\xfa\xab\x5f";
  auto item = [](const std::string& guid, uint64_t offset) {
    return guid + Little(offset, 4) + Little(8, 4) + Little(0, 8);
  };
  constexpr uint64_t kItems = 64 << 10;
  return Disk(4U << 20, {{0, "vhdxfile"},
                         {64 << 10, "head"},
                         {192 << 10, "regi" + Little(0, 4) + Little(1, 8) + region +
                                         Little(1U << 20, 8) + Little(1U << 20, 4) + Little(1, 4)},
                         {1U << 20, "metadata" + Little(0, 2) + Little(3, 2) +
                                        std::string(20, '\0') + item(parameters, kItems) +
                                        item(disk, kItems + 8) + item(sector, kItems + 16)},
                         {(1U << 20) + kItems, Little(1U << 20, 4) + Little(0, 4) +
                                                   Little(2U << 20, 8) + Little(512, 4)}});
}

}  // namespace

std::vector<std::string> Seeds() {
  return {Qcow2(2),
          Qcow2(3),
          Vmdk(),
          Disk(1000, {{0, "# Disk DescriptorFile\nparentCID=ffffffff\n"}}),
          Vdi(),
          Vhdx(),
          Disk(1U << 20, {{510, "\x55\xaa"}}),
          Disk(1U << 20, {{512, "EFI PART"}}),
          Disk(2048, {{257, "ustar"}}),
          Disk(21, {{0, "<!doctype html><html>"}}),
          ""};
}

}  // namespace crimux::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crimux::fuzz::Check(crimux::fuzz::Text(data, size));
  return 0;
}
