#include "base/file.h"

#include <fcntl.h>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/id.h"
#include "tests/temporary_dir.h"

namespace crimux {
namespace {

TEST_CASE("a file is replaced as a whole and leaves no temporary behind") {
  TemporaryDir dir;
  WriteFileAtomically(dir.path() / "a", "one");
  WriteFileAtomically(dir.path() / "a", "two");
  CHECK(ReadFile(dir.path() / "a") == "two");
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), {}) == 1);
}

TEST_CASE("an unusable path is an error that names it, and nothing is left") {
  TemporaryDir dir;
  std::filesystem::create_directory(dir.path() / "taken");
  CHECK_THROWS_AS(WriteFileAtomically(dir.path() / "taken", "x"), Error);
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), {}) == 1);
  CHECK_THROWS_WITH(ReadFile("/nowhere/a"), "open \"/nowhere/a\": No such file or directory");
}

TEST_CASE("ENOSPC is told as RESOURCE_EXHAUSTED") {
  UniqueFd full = OpenFile("/dev/full", O_WRONLY);
  try {
    WriteAll(full.get(), "x", "/dev/full");
    FAIL("no error");
  } catch (const Error& e) {
    CHECK(e.code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  }
}

TEST_CASE("ids are 64 hexadecimal digits and differ") {
  CHECK(NewId().size() == 64);
  CHECK(NewId().find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(NewId() != NewId());
}

}  // namespace
}  // namespace crimux
