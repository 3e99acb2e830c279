#include "vmruntime/console/checkpoint.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "tests/temporary_dir.h"

namespace crimux::vm {
namespace {

void Overwrite(const std::filesystem::path& file, off_t place) {
  UniqueFd fd = OpenFile(file, O_WRONLY);
  REQUIRE(::pwrite(fd.get(), "torn", 4, place) == 4);
}

TEST_CASE("a new checkpoint file has nothing saved") {
  TemporaryDir dir;
  CHECK_FALSE(CheckpointFile(dir.path() / "c").saved());
  CHECK_FALSE(CheckpointFile(dir.path() / "c").saved());
}

TEST_CASE("the last checkpoint saved is found again") {
  TemporaryDir dir;
  for (uint64_t i = 1; i <= 5; ++i) {
    CheckpointFile file(dir.path() / "c");
    file.Save({i, {2, 3, 10 * i}});
    file.Save({100 * i, {2, 3, 1000 * i}});
  }
  auto saved = CheckpointFile(dir.path() / "c").saved();
  REQUIRE(saved);
  CHECK(saved->source_offset == 500);
  CHECK(saved->log.device == 2);
  CHECK(saved->log.inode == 3);
  CHECK(saved->log.size == 5000);
}

TEST_CASE("a save that was torn leaves the one before") {
  TemporaryDir dir;
  CheckpointFile file(dir.path() / "c");
  file.Save({1, {}});  // second slot
  file.Save({2, {}});  // first slot
  Overwrite(dir.path() / "c", 20);
  CHECK(CheckpointFile(dir.path() / "c").saved()->source_offset == 1);
  Overwrite(dir.path() / "c", 512 + 20);
  CHECK_FALSE(CheckpointFile(dir.path() / "c").saved());
}

TEST_CASE("a checkpoint takes its room at the start and no more later") {
  TemporaryDir dir;
  CheckpointFile file(dir.path() / "c");
  auto size = std::filesystem::file_size(dir.path() / "c");
  for (uint64_t i = 0; i < 100; ++i) file.Save({i, {}});
  CHECK(std::filesystem::file_size(dir.path() / "c") == size);
}

TEST_CASE("a checkpoint is never written through a link") {
  TemporaryDir dir;
  WriteFileAtomically(dir.path() / "victim", "precious");
  std::filesystem::create_symlink(dir.path() / "victim", dir.path() / "c");
  CHECK_THROWS_AS(CheckpointFile(dir.path() / "c"), Error);
  CHECK(ReadFile(dir.path() / "victim") == "precious");
}

}  // namespace
}  // namespace crimux::vm
