#include "vmruntime/exec/node_key.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "tests/temporary_dir.h"

namespace crimux::vm {
namespace {

TEST_CASE("the node's key is made once, for its owner alone") {
  TemporaryDir dir;
  std::filesystem::path file = dir.path() / "ssh/id";
  std::string line = NodeKey(file).public_line();
  CHECK_THAT(line, Catch::StartsWith("ssh-ed25519 AAAA") && Catch::EndsWith(" crimux"));
  struct stat info {};
  REQUIRE(::stat(file.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  CHECK(NodeKey(file).public_line() == line);
}

TEST_CASE("a file that is no key is not replaced, and named") {
  TemporaryDir dir;
  WriteFileAtomically(dir.path() / "id", "not a key");
  CHECK_THROWS_WITH(NodeKey(dir.path() / "id"), Catch::Contains((dir.path() / "id").string()));
  CHECK(ReadFile(dir.path() / "id") == "not a key");
}

}  // namespace
}  // namespace crimux::vm
