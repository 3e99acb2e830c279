#include "vmruntime/image/compression.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "tests/temporary_dir.h"
#include "tests/vmruntime/fetch/small_disk.h"
#include "tests/vmruntime/image/disks.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;

const std::vector<std::vector<std::string>> kPackers = {
    {"gzip", "-c"}, {"xz", "-c"}, {"zstd", "-qc"}, {"bzip2", "-c"}};

class Packed {
  TemporaryDir folder_;

 public:
  explicit Packed(const std::string& bytes) {
    WriteFileAtomically(from(), bytes);
    compression_ = CompressionOf(bytes);
    config.image_size_limit = 32U << 20;
  }

  std::filesystem::path from() const { return folder_.path() / "from"; }
  std::filesystem::path to = folder_.path() / "to";
  VmConfig config;

  void Unpack(std::stop_token stop = {}) const {
    REQUIRE(compression_);
    vm::Unpack(*compression_, {from(), to, "the disk"}, config, std::move(stop));
  }
  std::pair<StatusCode, std::string> Fail(std::stop_token stop = {}) const {
    try {
      Unpack(std::move(stop));
    } catch (const Error& e) {
      return {e.code(), e.what()};
    }
    return {StatusCode::OK, ""};
  }
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  std::optional<Compression> compression_;
};

TEST_CASE("what is compressed is known by its first bytes and unpacked") {
  std::string bytes = RawDiskBytes(9'000'001) + "end";
  for (const auto& packer : kPackers) {
    INFO(packer[0]);
    Packed packed(Piped(packer, bytes));
    packed.Unpack();
    CHECK(ReadFile(packed.to) == bytes);
  }
  CHECK_FALSE(CompressionOf(bytes));
  CHECK_FALSE(CompressionOf("BZhappy"));
  CHECK_FALSE(CompressionOf(""));
}

TEST_CASE("several streams one after the other are one file") {
  for (const auto& packer : kPackers) {
    INFO(packer[0]);
    Packed packed(Piped(packer, "one") + Piped(packer, "two"));
    packed.Unpack();
    CHECK(ReadFile(packed.to) == "onetwo");
  }
}

TEST_CASE("zeros become holes, at the end too") {
  Packed packed(Piped({"gzip", "-c"}, "start" + std::string(16U << 20, '\0')));
  packed.Unpack();
  struct stat info {};
  REQUIRE(::stat(packed.to.c_str(), &info) == 0);
  CHECK(info.st_size == (16 << 20) + 5);
  CHECK(info.st_blocks * 512 < 1 << 20);
}

TEST_CASE("a bomb is refused at the size limit") {
  for (const auto& packer : kPackers) {
    INFO(packer[0]);
    Packed packed(Piped(packer, std::string(20U << 20, '\0')));
    packed.config.image_size_limit = 4U << 20;
    CHECK(packed.Fail() == std::pair(StatusCode::RESOURCE_EXHAUSTED,
                                     std::string("unpack disk image \"the disk\": larger than the "
                                                 "limit of 4194304 bytes")));
    CHECK(std::filesystem::file_size(packed.to) <= 4U << 20);
  }
}

TEST_CASE("what is cut off or damaged is refused") {
  std::string bytes;
  for (int i = 0; i < 300'000; ++i) bytes += static_cast<char>(i * i / 7);
  for (const auto& packer : kPackers) {
    INFO(packer[0]);
    std::string good = Piped(packer, bytes);
    std::string damaged = good;
    for (size_t i = good.size() / 2; i < good.size() / 2 + 16; ++i) damaged[i] ^= 0x55;
    for (const std::string& bad : {good.substr(0, good.size() / 2), damaged}) {
      auto [code, text] = Packed(bad).Fail();
      CHECK(code == StatusCode::FAILED_PRECONDITION);
      CHECK_THAT(text, Catch::StartsWith("unpack disk image \"the disk\": " + packer[0]));
    }
  }
}

TEST_CASE("a stream that wants absurd memory is refused") {
  // 2 GiB of window.
  Packed packed(Piped({"zstd", "-qc", "--ultra", "-1", "--zstd=wlog=31"}, "x"));
  std::string head = ReadFile(packed.from());
  REQUIRE(head.size() > 6);
  // No single segment, and the largest window that can be said.
  head = std::string("\x28\xb5\x2f\xfd\x00\xff", 6) + std::string("\x01\x00\x00", 3);
  CHECK(Packed(head).Fail().first == StatusCode::FAILED_PRECONDITION);
}

TEST_CASE("a full disk exhausts resources while unpacking") {
  std::string bytes;
  for (int i = 0; i < 2'000'000; ++i) bytes += static_cast<char>(i / 255 + i);
  Packed packed(Piped({"gzip", "-c"}, bytes));
  SmallDisk disk(packed.folder() / "tiny", "size=65536");
  packed.to = packed.folder() / "tiny" / "to";
  CHECK(packed.Fail().first == StatusCode::RESOURCE_EXHAUSTED);
}

TEST_CASE("unpacking can be cancelled") {
  std::stop_source source;
  source.request_stop();
  CHECK(Packed(Piped({"gzip", "-c"}, "x")).Fail(source.get_token()).first == StatusCode::CANCELLED);
}

TEST_CASE("a program that is not there is named") {
  Packed packed(Piped({"gzip", "-c"}, "x"));
  try {
    Unpack({"lzip", {"no-such-unpacker"}}, {packed.from(), packed.to, "d"}, packed.config, {});
    FAIL("unpacked");
  } catch (const Error& e) {
    CHECK(e.code() == StatusCode::INTERNAL);
    CHECK_THAT(e.what(), Catch::Contains("run \"lzip\": it is not installed"));
  }
}

}  // namespace
}  // namespace crimux::vm
