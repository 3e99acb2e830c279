#include "vmruntime/share/chown_tree.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "tests/temporary_dir.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;

unsigned OwnerOf(const fs::path& path) {
  struct stat info {};
  REQUIRE(::lstat(path.c_str(), &info) == 0);
  return info.st_uid;
}

TEST_CASE("a tree gets its owner, and what links lead to doesn't") {
  TemporaryDir dir;
  fs::path tree = dir.path() / "tree";
  fs::create_directories(tree / "a/b");
  WriteFileAtomically(tree / "a/b/file", "");
  WriteFileAtomically(dir.path() / "outside", "");
  fs::create_symlink(dir.path() / "outside", tree / "a/link");
  fs::create_directory_symlink(dir.path(), tree / "up");
  ChownTree(tree, 1234, 1234);
  for (const char* path : {".", "a", "a/b", "a/b/file", "a/link", "up"}) {
    CHECK(OwnerOf(tree / path) == 1234);
  }
  CHECK(OwnerOf(dir.path() / "outside") == 0);
  CHECK(OwnerOf(dir.path()) == 0);
}

TEST_CASE("a single file can have its owner changed, and one that isn't there is named") {
  TemporaryDir dir;
  WriteFileAtomically(dir.path() / "file", "");
  ChownTree(dir.path() / "file", 7, 7);
  CHECK(OwnerOf(dir.path() / "file") == 7);
  CHECK_THROWS_WITH(ChownTree(dir.path() / "none", 7, 7), Catch::Contains("none"));
}

}  // namespace
}  // namespace crimux::vm
