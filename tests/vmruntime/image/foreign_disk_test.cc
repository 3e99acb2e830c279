#include <map>

#include <catch2/catch.hpp>

#include "tests/vmruntime/image/disks.h"
#include "vmruntime/image/disk_format.h"

namespace crimux::vm {
namespace {

constexpr uint64_t kDiskSize = 4U << 20;

const std::string& Disk(const std::string& format, const std::string& options = "") {
  static std::map<std::string, std::string> made;
  std::string& bytes = made[format + ":" + options];
  if (bytes.empty()) {
    std::string raw = RawDiskBytes(kDiskSize);
    for (size_t i = 1U << 20; i < 2U << 20; ++i) raw[i] = static_cast<char>(i * 7 + i / 253);
    bytes = Converted(raw, format, options);
  }
  return bytes;
}

void PutLittleEndian(std::string& bytes, size_t offset, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; ++i) bytes[offset + i] = static_cast<char>(value >> (8 * i));
}

std::string Refusal(const std::string& bytes) { return JudgeDisk(BytesOf(bytes)).refusal; }

// A good disk with one field changed.
std::string RefusalWith(std::string bytes, size_t offset, uint64_t value, size_t size) {
  PutLittleEndian(bytes, offset, value, size);
  return Refusal(bytes);
}

std::string With(std::string bytes, const std::string& from, const std::string& to) {
  size_t at = bytes.find(from);
  REQUIRE(at != std::string::npos);
  return bytes.replace(at, from.size(), to);
}

std::string Vmdk(const std::string& kind) { return Disk("vmdk", "subformat=" + kind); }

// QEMU writes streams without an end; VMware's header is at the end, and the first one says so.
std::string WithFooter(const std::string& stream) {
  std::string bytes = stream;
  bytes.resize((bytes.size() + 511) / 512 * 512);
  std::string header = bytes.substr(0, 512);
  PutLittleEndian(bytes, 56, ~0ULL, 8);
  return bytes + std::string(512, '\0') + header + std::string(512, '\0');
}

TEST_CASE("disks of other hypervisors are accepted") {
  struct Row {
    std::string format;
    std::string options;
  };
  for (const Row& row :
       {Row{"vmdk", "subformat=monolithicSparse"}, Row{"vmdk", "subformat=streamOptimized"},
        Row{"vdi", ""}, Row{"vdi", "static=on"}, Row{"vhdx", ""}, Row{"vhdx", "subformat=fixed"}}) {
    INFO(row.format << " " << row.options);
    DiskVerdict verdict = JudgeDisk(BytesOf(Disk(row.format, row.options)));
    CHECK(verdict.refusal == "");
    CHECK(verdict.format == row.format);
    CHECK(verdict.virtual_size == kDiskSize);
  }
}

TEST_CASE("a vmdk that needs another file is refused") {
  std::string sparse = Vmdk("monolithicSparse");
  CHECK(Refusal(With(sparse, "parentCID=ffffffff", "parentCID=12345678")) == "has a parent disk");
  CHECK(Refusal(With(sparse, "ddb.toolsVersion",
                     "parentFileNameHi"
                     "nt=\"/etc/x\"")) == "has a parent disk");
  CHECK(Refusal(Vmdk("monolithicFlat")) == "is a vmdk descriptor, whose data is in other files");
  CHECK(RefusalWith(sparse, 12, 0, 8) == "is a vmdk descriptor, whose data is in other files");
  CHECK(Refusal(With(sparse, "\"monolithicSparse\"", "\"monolithicFlat\"  ")) ==
        "is a vmdk of the type monolithicFlat, whose data is in other files");
  CHECK(Refusal(With(sparse, "\"monolithicSparse\"", "\"mono\nthicSparse\" ")) ==
        "is a vmdk of the type mono, whose data is in other files");
}

TEST_CASE("an encrypted vmdk is refused") {
  std::string bytes =
      With(Vmdk("monolithicSparse"), "ddb.virtualHWVersion", "encryption.keySafe=x");
  CHECK(Refusal(bytes) == "is encrypted");
}

TEST_CASE("a vmdk with absurd numbers is refused") {
  std::string sparse = Vmdk("monolithicSparse");
  CHECK(RefusalWith(sparse, 4, 4, 4) == "is a vmdk of the unsupported version 4");
  CHECK_THAT(RefusalWith(sparse, 12, ~0ULL, 8), Catch::StartsWith("has an impossible disk size"));
  CHECK_THAT(RefusalWith(sparse, 12, 1, 8), Catch::StartsWith("has an impossible disk size"));
  CHECK(RefusalWith(sparse, 20, 0, 8) == "has an impossible grain size");
  CHECK(RefusalWith(sparse, 20, 1ULL << 60, 8) == "has an impossible grain size");
  CHECK(RefusalWith(sparse, 44, 0, 4) == "has an impossible grain table size");
  CHECK(RefusalWith(sparse, 44, 513, 4) == "has an impossible grain table size");
  CHECK(RefusalWith(sparse, 28, 0, 8) == "has no descriptor");
  CHECK(RefusalWith(sparse, 28, ~0ULL, 8) == "has no descriptor");
  CHECK(RefusalWith(sparse, 28, 20, 8) == "has no descriptor");
  CHECK(RefusalWith(sparse, 56, 1ULL << 50, 8) == "has its grain directory outside of the file");
  CHECK(RefusalWith(sparse, 64, 1ULL << 50, 8) == "ends inside of its header");
  CHECK(RefusalWith(sparse, 77, 2, 2) == "is compressed in an unknown way");
  CHECK_THAT(Refusal("COWD" + std::string(2000, '\0')), Catch::StartsWith("is a vmdk of an old"));
  CHECK(Refusal("KDMV") == "ends inside of its header");
}

TEST_CASE("of a vmdk stream, the header at the end counts too") {
  std::string stream = WithFooter(Vmdk("streamOptimized"));
  CHECK(Refusal(stream) == "");
  CHECK(JudgeDisk(BytesOf(stream)).virtual_size == kDiskSize);
  size_t footer = stream.size() - 1024;
  CHECK(RefusalWith(stream, footer, 0, 4) == "is a vmdk stream without its end");
  CHECK(RefusalWith(stream, footer + 56, ~0ULL, 8) == "is a vmdk stream without its end");
  CHECK(RefusalWith(stream, footer + 12, 0, 8) ==
        "is a vmdk descriptor, whose data is in other files");
  CHECK(RefusalWith(stream, footer + 28, 25, 8) == "has no descriptor");
}

TEST_CASE("a vdi that needs another file, or is absurd, is refused") {
  const std::string& good = Disk("vdi");
  CHECK(RefusalWith(good, 440, 1, 1) == "has a parent disk");
  CHECK(RefusalWith(good, 424, 1, 1) == "has a parent disk");
  CHECK(RefusalWith(good, 76, 4, 4) == "is a vdi that depends on another disk");
  CHECK(RefusalWith(good, 76, 3, 4) == "is a vdi that depends on another disk");
  CHECK(RefusalWith(good, 68, 1, 4) == "is a vdi of the unsupported version 0x1");
  CHECK_THAT(RefusalWith(good, 368, ~0ULL, 8), Catch::StartsWith("has an impossible disk size"));
  CHECK_THAT(RefusalWith(good, 368, 0, 8), Catch::StartsWith("has an impossible disk size"));
  CHECK(RefusalWith(good, 360, 4096, 4) == "has an impossible sector size");
  CHECK(RefusalWith(good, 376, 4096, 4) == "has an impossible block size");
  CHECK(RefusalWith(good, 384, 5, 4) == "has an impossible block count");
  CHECK(RefusalWith(good, 340, ~0U, 4) == "has its block map outside of the file");
  CHECK(RefusalWith(good, 344, 0, 4) == "has its data inside of its block map");
  CHECK(Refusal(good.substr(0, 400)) == "ends inside of its header");
}

TEST_CASE("a vhdx that needs another file, or is absurd, is refused") {
  const std::string& good = Disk("vhdx");
  const std::string parameters("\x37\x67\xa1\xca\x36\xfa\x43\x4d", 8);
  const std::string size("\x24\x42\xa5\x2f\x1b\xcd\x76\x48", 8);
  const std::string sector("\x1d\xbf\x41\x81\x6f\xa9\x09\x47", 8);
  const std::string locator("\x2d\x5f\xd3\xa8\x0b\xb3\x4d\x45\xab\xf7\xd3\xd8\x48\x34\xab\x0c", 16);
  size_t table = good.find("metadata");
  REQUIRE(table != std::string::npos);
  auto item = [&](const std::string& guid) {
    size_t entry = good.find(guid, table);
    return table + static_cast<unsigned char>(good[entry + 16]) +
           static_cast<unsigned char>(good[entry + 17]) * 256U +
           static_cast<unsigned char>(good[entry + 18]) * 65536U;
  };
  CHECK(RefusalWith(good, item(parameters) + 4, 2, 4) == "has a parent disk");
  std::string located = good;
  CHECK(Refusal(located.replace(good.find(sector, table), 16, locator)) == "has a parent disk");
  CHECK(RefusalWith(good, item(parameters), 3U << 20, 4) == "has an impossible block size");
  CHECK_THAT(RefusalWith(good, item(size), ~0ULL, 8),
             Catch::StartsWith("has an impossible disk size"));
  CHECK_THAT(RefusalWith(good, item(size), 512, 8),
             Catch::StartsWith("has an impossible disk size"));
  CHECK_THAT(RefusalWith(good, item(sector), 4096, 4), Catch::StartsWith("has sectors of another"));
  CHECK(RefusalWith(good, 196608, 0, 4) == "has no region table");
  CHECK(RefusalWith(good, 196608 + 8, 0, 4) == "has no metadata");
  CHECK(RefusalWith(good, table, 0, 4) == "has no metadata");
  std::string logged = good;
  PutLittleEndian(logged, 65536 + 48, 1, 1);
  PutLittleEndian(logged, 131072 + 48, 1, 1);
  CHECK_THAT(Refusal(logged), Catch::StartsWith("was not closed properly"));
}

void CheckNeverHarms(const std::string& bytes) {
  DiskVerdict verdict = JudgeDisk(BytesOf(bytes));
  if (!verdict.refusal.empty()) return;
  CHECK(verdict.virtual_size >= kSmallestDisk);
  CHECK(verdict.virtual_size <= kLargestDisk);
}

TEST_CASE("hostile headers of other disks never harm") {
  for (const std::string& good :
       {Vmdk("monolithicSparse").substr(0, 65536), WithFooter(Vmdk("streamOptimized")),
        Disk("vdi").substr(0, 65536)}) {
    for (size_t size = 0; size < 1024; size += 3) CheckNeverHarms(good.substr(0, size));
    std::string bytes = good;
    for (size_t at = 4; at < 600; ++at) {
      std::string kept = bytes.substr(at, 4);
      for (char fill : {'\0', '\xff', '\x7f'}) CheckNeverHarms(bytes.replace(at, 4, 4, fill));
      bytes.replace(at, 4, kept);
    }
  }
}

TEST_CASE("hostile tables of a vhdx never harm") {
  std::string bytes = Disk("vhdx").substr(0, 3U << 20);
  size_t table = bytes.find("metadata");
  for (size_t start : {size_t{65536}, size_t{196608}, table, table + 65536}) {
    for (size_t at = start; at < start + 200; at += 2) {
      std::string kept = bytes.substr(at, 4);
      for (char fill : {'\0', '\xff', '\x7f'}) {
        bytes.replace(at, 4, 4, fill);
        CheckNeverHarms(bytes);
      }
      bytes.replace(at, 4, kept);
    }
  }
}

}  // namespace
}  // namespace crimux::vm
