#include "vmruntime/image/convert.h"

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

std::string FullDisk() {
  std::string raw = RawDiskBytes(4U << 20);
  for (size_t i = 65536; i < raw.size(); ++i) raw[i] = static_cast<char>(i + i / 255 + i / 65000);
  return raw;
}

class Source {
 public:
  Source(const std::string& bytes, std::string format) {
    ::chmod(folder_.path().c_str(), 0755);
    conversion = {folder_.path() / "from", std::move(format), folder_.path() / "to", "the disk"};
    WriteFileAtomically(conversion.from, bytes, 0644);
  }
  Conversion conversion;
  VmConfig config;

  void Convert(std::stop_token stop = {}) const {
    ConvertToQcow2(conversion, config, std::move(stop));
  }
  std::pair<StatusCode, std::string> Fail(std::stop_token stop = {}) const {
    try {
      Convert(std::move(stop));
    } catch (const Error& e) {
      return {e.code(), e.what()};
    }
    return {StatusCode::OK, ""};
  }
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  TemporaryDir folder_;
};

TEST_CASE("a disk is the same after its conversion, and nobody's to write") {
  std::string raw = FullDisk();
  for (const char* format : {"raw", "vmdk", "vdi", "vhdx"}) {
    INFO(format);
    Source source(Converted(raw, format), format);
    source.Convert();
    CHECK(RawOf(ReadFile(source.conversion.to), "qcow2") == raw);
    struct stat info {};
    REQUIRE(::stat(source.conversion.to.c_str(), &info) == 0);
    CHECK((info.st_mode & 07777) == 0444);
    CHECK(info.st_uid == ::geteuid());
  }
}

TEST_CASE("the same bytes are the same after each conversion") {
  std::string vmdk = Converted(FullDisk(), "vmdk", "subformat=streamOptimized");
  Source one(vmdk, "vmdk");
  Source two(vmdk, "vmdk");
  one.Convert();
  two.Convert();
  CHECK(ReadFile(one.conversion.to) == ReadFile(two.conversion.to));
}

TEST_CASE("zeros take no room in what is converted") {
  Source source(RawDiskBytes(64U << 20), "raw");
  source.Convert();
  CHECK(std::filesystem::file_size(source.conversion.to) < 1U << 20);
}

TEST_CASE("a disk that grows over the size limit is refused") {
  std::string text;
  while (text.size() < 8U << 20) text += "all the same, and so it packs well ";
  std::string raw = RawDiskBytes(512) + text;
  raw.resize(8U << 20);
  Source source(Converted(raw, "vmdk", "subformat=streamOptimized"), "vmdk");
  source.config.image_size_limit = 2U << 20;
  REQUIRE(std::filesystem::file_size(source.conversion.from) < 1U << 20);
  CHECK(source.Fail() == std::pair(StatusCode::RESOURCE_EXHAUSTED,
                                   std::string("convert disk image \"the disk\": larger than the "
                                               "limit of 2097152 bytes")));
}

TEST_CASE("a full disk exhausts resources while converting") {
  Source source(FullDisk(), "raw");
  SmallDisk disk(source.folder() / "tiny", "size=1m,mode=755");
  source.conversion.to = source.folder() / "tiny" / "to";
  CHECK(source.Fail().first == StatusCode::RESOURCE_EXHAUSTED);
}

TEST_CASE("what qemu-img cannot read is refused with its words") {
  Source source(FullDisk(), "vdi");
  auto [code, text] = source.Fail();
  CHECK(code == StatusCode::FAILED_PRECONDITION);
  CHECK_THAT(text, Catch::StartsWith("convert disk image \"the disk\": qemu-img: "));
}

TEST_CASE("a conversion can be cancelled") {
  std::stop_source source;
  source.request_stop();
  CHECK(Source(FullDisk(), "raw").Fail(source.get_token()).first == StatusCode::CANCELLED);
}

}  // namespace
}  // namespace crimux::vm
