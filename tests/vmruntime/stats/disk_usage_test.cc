#include "vmruntime/stats/disk_usage.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include <catch2/catch.hpp>

#include "tests/temporary_dir.h"
#include "tests/vmruntime/stats/small_files.h"

namespace crimux::vm {
namespace {

uint64_t Allocated(const std::filesystem::path& file) {
  struct stat info {};
  REQUIRE(::stat(file.c_str(), &info) == 0);
  return static_cast<uint64_t>(info.st_blocks) * 512;
}

TEST_CASE("what is allocated counts, not how long files are") {
  TemporaryDir dir;
  auto folder = dir.path() / "c";
  auto root = folder / "root.qcow2";
  MakeFile(root, std::string(100'000, 'x'));
  REQUIRE(::truncate(root.c_str(), 1 << 30) == 0);
  MakeFile(folder / "cdroms/a.iso", std::string(10'000, 'y'));
  DiskUsage usage = UsageOf(folder, root);
  CHECK(usage.bytes >= 110'000);
  CHECK(usage.bytes < 200'000);
  CHECK(usage.inodes == 3);
}

TEST_CASE("a root disk elsewhere counts, one on a device doesn't") {
  TemporaryDir dir;
  MakeFile(dir.path() / "c/console", "hello");
  MakeFile(dir.path() / "kept/root.qcow2", std::string(50'000, 'x'));
  uint64_t alone = UsageOf(dir.path() / "c", "").bytes;
  DiskUsage kept = UsageOf(dir.path() / "c", dir.path() / "kept/root.qcow2");
  CHECK(kept.bytes == alone + Allocated(dir.path() / "kept/root.qcow2"));
  CHECK(kept.inodes == 2);
  CHECK(UsageOf(dir.path() / "c", "/dev/null").bytes == alone);
}

TEST_CASE("what has gone takes nothing") {
  DiskUsage usage = UsageOf("/nowhere/c", "/nowhere/root");
  CHECK(usage.bytes == 0);
  CHECK(usage.inodes == 0);
}

}  // namespace
}  // namespace crimux::vm
