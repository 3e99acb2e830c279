#include "vmruntime/disk/disk_file.h"

#include <sys/stat.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "tests/sizes.h"
#include "tests/temporary_dir.h"

namespace crimux::vm {
namespace {

boost::json::value InfoOf(const std::filesystem::path& file) {
  ProcessResult result = RunProcess({.argv = {"qemu-img", "info", "--output=json", file.string()}});
  REQUIRE(result.Succeeded());
  return boost::json::parse(result.out);
}

uint64_t SizeOf(const std::filesystem::path& file) {
  return InfoOf(file).at("virtual-size").to_number<uint64_t>();
}

StoredImage ImageIn(const TemporaryDir& dir) {
  StoredImage image{.virtual_size = 16 * kMiB, .format = "qcow2", .file = dir.path() / "image"};
  RunProcess({.argv = {"qemu-img", "create", "-q", "-f", "qcow2", image.file.string(), "16M"}});
  return image;
}

TEST_CASE("a root disk lies over its image, and grows, but never shrinks") {
  TemporaryDir dir;
  StoredImage image = ImageIn(dir);
  CreateRootDisk(dir.path() / "same", image, 0, {1, 2});
  CreateRootDisk(dir.path() / "less", image, 4 * kMiB, {1, 2});
  CreateRootDisk(dir.path() / "more", image, 32 * kMiB, {1, 2});
  CHECK(SizeOf(dir.path() / "same") == 16 * kMiB);
  CHECK(SizeOf(dir.path() / "less") == 16 * kMiB);
  CHECK(SizeOf(dir.path() / "more") == 32 * kMiB);
  CHECK(InfoOf(dir.path() / "more").at("backing-filename").as_string() == image.file.string());
  struct stat info {};
  REQUIRE(::stat((dir.path() / "more").c_str(), &info) == 0);
  CHECK(info.st_uid == 1);
  CHECK(info.st_gid == 2);
}

TEST_CASE("what a crash left of a disk is made anew") {
  TemporaryDir dir;
  WriteFileAtomically(dir.path() / "disk.new", "half a disk");
  CreateEmptyDisk(dir.path() / "disk", 8 * kMiB, {});
  CHECK(SizeOf(dir.path() / "disk") == 8 * kMiB);
  CHECK_FALSE(std::filesystem::exists(dir.path() / "disk.new"));
}

TEST_CASE("a disk that cannot be made leaves nothing, and the error names it") {
  TemporaryDir dir;
  StoredImage image{.format = "qcow2", .file = dir.path() / "nothing"};
  CHECK_THROWS_WITH(CreateRootDisk(dir.path() / "disk", image, 0, {}),
                    Catch::Contains("create disk") && Catch::Contains("backing image"));
  CHECK(std::filesystem::is_empty(dir.path()));
}

TEST_CASE("a full disk is told from other failures") {
  TemporaryDir dir;
  ProcessResult mounted = RunProcess(
      {.argv = {"mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", dir.path().string()}});
  REQUIRE(mounted.Succeeded());
  try {
    CreateEmptyDisk(dir.path() / "disk", kMiB << 20, {});
    FAIL("made");
  } catch (const Error& e) {
    CHECK(e.code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  }
  CHECK(RunProcess({.argv = {"umount", dir.path().string()}}).Succeeded());
}

}  // namespace
}  // namespace crimux::vm
