#include "vmruntime/image/disk_check.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "tests/temporary_dir.h"
#include "tests/vmruntime/image/disks.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;

class DiskFile {
 public:
  explicit DiskFile(const std::string& bytes) {
    ::chmod(folder_.path().c_str(), 0755);
    WriteFileAtomically(path(), bytes, 0644);
  }
  std::filesystem::path path() const { return folder_.path() / "disk"; }

  CheckedDisk Check(std::stop_token stop = {}) const {
    return CheckDisk(path(), "the disk", {}, std::move(stop));
  }
  std::pair<StatusCode, std::string> Fail(std::stop_token stop = {}) const {
    try {
      Check(std::move(stop));
    } catch (const Error& e) {
      return {e.code(), e.what()};
    }
    return {StatusCode::OK, ""};
  }

 private:
  TemporaryDir folder_;
};

TEST_CASE("qemu-img agrees to good disks") {
  CHECK(DiskFile(Qcow2Bytes()).Check().virtual_size == 4U << 20);
  CHECK(DiskFile(Qcow2Bytes()).Check().format == "qcow2");
  CHECK(DiskFile(RawDiskBytes(1'500'000)).Check().virtual_size == 1'500'160);
}

TEST_CASE("a qcow2 with broken tables is refused though its header is good") {
  std::string bytes = Qcow2Bytes();
  auto l1_table = bytes.begin() + 0x30000;
  std::fill(l1_table, l1_table + 8, '\x55');
  auto [code, text] = DiskFile(bytes).Fail();
  CHECK(code == StatusCode::FAILED_PRECONDITION);
  CHECK_THAT(text, Catch::StartsWith("check disk image \"the disk\": qemu-img: "));
}

TEST_CASE("qemu-img has no more rights than QEMU") {
  DiskFile disk(Qcow2Bytes());
  REQUIRE(::chmod(disk.path().c_str(), 0600) == 0);
  auto [code, text] = disk.Fail();
  CHECK(code == StatusCode::FAILED_PRECONDITION);
  CHECK_THAT(text, Catch::Contains("Permission denied"));
}

TEST_CASE("a check can be cancelled") {
  std::stop_source source;
  source.request_stop();
  CHECK(DiskFile(Qcow2Bytes()).Fail(source.get_token()).first == StatusCode::CANCELLED);
}

}  // namespace
}  // namespace crimux::vm
