#include "vmruntime/image/disk_format.h"

#include <catch2/catch.hpp>

#include "base/file.h"
#include "tests/temporary_dir.h"
#include "tests/vmruntime/image/disks.h"

namespace crimux::vm {
namespace {

DiskVerdict Judge(const std::string& bytes) { return JudgeDisk(BytesOf(bytes)); }

DiskVerdict JudgeQcow2With(std::vector<std::string> options) {
  TemporaryDir folder;
  return Judge(ReadFile(MakeQcow2(folder.path(), std::move(options))));
}

void PutBigEndian(std::string& bytes, size_t offset, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    bytes[offset + i] = static_cast<char>(value >> (8 * (size - 1 - i)));
  }
}

// A good header (version 3) with one field changed.
std::string RefusalWith(size_t offset, uint64_t value, size_t size) {
  static const std::string good = Qcow2Bytes();
  std::string bytes = good;
  PutBigEndian(bytes, offset, value, size);
  return Judge(bytes).refusal;
}

TEST_CASE("qcow2 disks of both versions are accepted") {
  for (const char* options : {"compat=1.1", "compat=0.10", "extended_l2=on,cluster_size=128k",
                              "compression_type=zstd", "cluster_size=512", "cluster_size=2M"}) {
    INFO(options);
    DiskVerdict verdict = JudgeQcow2With({"-o", options});
    CHECK(verdict.refusal.empty());
    CHECK(verdict.format == "qcow2");
    CHECK(verdict.virtual_size == 4U << 20);
  }
}

TEST_CASE("raw disks with an MBR or a GPT are accepted") {
  DiskVerdict mbr = Judge(RawDiskBytes(2'000'000));
  CHECK(mbr.refusal.empty());
  CHECK(mbr.format == "raw");
  CHECK(mbr.virtual_size == 2'000'384);
  std::string gpt(2U << 20, '\0');
  gpt.replace(512, 8, "EFI PART");
  CHECK(Judge(gpt).refusal.empty());
}

TEST_CASE("a qcow2 that needs another file is refused") {
  TemporaryDir folder;
  std::string base = MakeQcow2(folder.path()).string();
  CHECK_THAT(JudgeQcow2With({"-b", base, "-F", "qcow2"}).refusal, Catch::Contains("backing file"));
  CHECK_THAT(JudgeQcow2With({"-o", "data_file=" + (folder.path() / "data").string()}).refusal,
             Catch::Contains("external data file"));
  // A name of a data file without the feature bit.
  CHECK_THAT(RefusalWith(112, 0x44415441, 4), Catch::Contains("external data file"));
}

TEST_CASE("an encrypted qcow2 is refused") {
  // AES, since qemu-img measures the CPU for LUKS and fails where that is too coarse.
  std::vector<std::string> options = {"--object", "secret,id=key,data=abc", "-o",
                                      "encrypt.format=aes,encrypt.key-secret=key"};
  CHECK(JudgeQcow2With(options).refusal == "is encrypted");
  CHECK(RefusalWith(32, 2, 4) == "is encrypted");
}

TEST_CASE("a qcow2 with features that cannot be trusted is refused") {
  CHECK_THAT(RefusalWith(72, 1, 8), Catch::Contains("not closed properly"));
  CHECK(RefusalWith(72, 2, 8) == "is marked as corrupt");
  CHECK(RefusalWith(72, 1ULL << 40, 8) == "has unknown incompatible features (0x10000000000)");
  CHECK(RefusalWith(4, 1, 4) == "is a qcow of the unsupported version 1");
  CHECK(RefusalWith(4, 4, 4) == "is a qcow of the unsupported version 4");
}

TEST_CASE("a qcow2 with absurd numbers is refused") {
  CHECK_THAT(RefusalWith(24, 0, 8), Catch::Contains("impossible disk size"));
  CHECK_THAT(RefusalWith(24, (64ULL << 40) + 512, 8), Catch::Contains("impossible disk size"));
  CHECK_THAT(RefusalWith(24, ~0ULL, 8), Catch::Contains("impossible disk size"));
  CHECK(RefusalWith(20, 8, 4) == "has an impossible cluster size");
  CHECK(RefusalWith(20, 63, 4) == "has an impossible cluster size");
  CHECK(RefusalWith(96, 7, 4) == "has an impossible refcount width");
  CHECK(RefusalWith(100, 72, 4) == "has an impossible header length");
  CHECK(RefusalWith(100, 1U << 31, 4) == "has an impossible header length");
  CHECK(RefusalWith(40, ~0ULL, 8) == "has its L1 table outside of the file");
  CHECK(RefusalWith(36, ~0U, 4) == "has its L1 table outside of the file");
  CHECK(RefusalWith(48, 1ULL << 60, 8) == "has its refcount table outside of the file");
  CHECK(RefusalWith(56, ~0U, 4) == "has its refcount table outside of the file");
  CHECK(RefusalWith(116, 0xfffffff0, 4) == "has a header extension that runs out of its cluster");
}

TEST_CASE("what is no disk is refused by what it is") {
  struct Row {
    std::string bytes;
    std::string refusal;
  };
  std::string tar(2048, '\0');
  tar.replace(257, 5, "ustar");
  const std::vector<Row> rows = {
      {"", "is empty"},
      {"<!DOCTYPE html><p>404", "is an HTML page"},
      {"\n <html>", "is an HTML page"},
      {"{\"error\": 1}", "is text"},
      {"\x1f\x8b\x08", "is compressed twice"},
      {"\x28\xb5\x2f\xfd...", "is compressed twice"},
      {tar, "is a tar archive"},
      {"conectix", "is a vhd disk"},
      {std::string("LUKS\xba\xbe"), "is encrypted by LUKS"},
      {std::string(2U << 20, '\0'), "is no disk image"},
      {RawDiskBytes(512), "has an impossible disk size (512 bytes)"},
      {"QFI\xfb", "ends inside of its header"},
  };
  for (const Row& row : rows) CHECK_THAT(Judge(row.bytes).refusal, Catch::StartsWith(row.refusal));
}

TEST_CASE("hostile headers never harm: all prefixes") {
  const std::string good = Qcow2Bytes();
  for (size_t size = 0; size < 1024; ++size) {
    CHECK_FALSE(Judge(good.substr(0, size)).refusal.empty());
  }
}

TEST_CASE("hostile headers never harm: every bit flipped") {
  std::string bytes = Qcow2Bytes();
  for (size_t bit = 0; bit < 1024 * 8; ++bit) {
    char flip = static_cast<char>(1 << bit % 8);
    bytes[bit / 8] ^= flip;
    DiskVerdict verdict = Judge(bytes);
    bytes[bit / 8] ^= flip;
    if (verdict.refusal.empty()) {
      CHECK(verdict.format == "qcow2");
      CHECK(verdict.virtual_size >= kSmallestDisk);
      CHECK(verdict.virtual_size <= kLargestDisk);
    }
  }
}

TEST_CASE("hostile headers never harm: every field full of ones") {
  std::string good = Qcow2Bytes();
  for (size_t at = 4; at + 8 <= 256; at += 4) {
    for (size_t size : {4, 8}) {
      std::string bytes = good;
      PutBigEndian(bytes, at, ~0ULL, size);
      DiskVerdict verdict = Judge(bytes);
      bool bounded = verdict.virtual_size >= kSmallestDisk && verdict.virtual_size <= kLargestDisk;
      CHECK((!verdict.refusal.empty() || bounded));
    }
  }
}

}  // namespace
}  // namespace crimux::vm
