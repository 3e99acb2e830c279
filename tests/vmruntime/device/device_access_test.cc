#include "vmruntime/device/device_access.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "tests/temporary_dir.h"

namespace crimux::vm {
namespace {

constexpr Owner kQemu{4321, 4322};

struct Nodes {
  TemporaryDir dir;

  std::filesystem::path Make(const std::string& name, Owner owner) {
    auto node = dir.path() / name;
    WriteFileAtomically(node, "");
    SetOwner(node, owner);
    return node;
  }
  static unsigned UserOf(const std::filesystem::path& node) {
    struct stat info {};
    REQUIRE(::stat(node.c_str(), &info) == 0);
    return info.st_uid;
  }
};

TEST_CASE("nodes are QEMU's as long as it is asked, and then whose they were") {
  Nodes nodes;
  auto roots = nodes.Make("a", {});
  auto others = nodes.Make("b", {77, 78});
  {
    DeviceAccess access({roots, others}, kQemu);
    CHECK(Nodes::UserOf(roots) == kQemu.uid);
    CHECK(Nodes::UserOf(others) == kQemu.uid);
  }
  CHECK(Nodes::UserOf(roots) == 0);
  CHECK(Nodes::UserOf(others) == 77);
}

TEST_CASE("a node that a crash has left to QEMU goes back to root") {
  Nodes nodes;
  auto node = nodes.Make("a", kQemu);
  { DeviceAccess access({node}, kQemu); }
  CHECK(Nodes::UserOf(node) == 0);
}

TEST_CASE("a node that isn't there is named, and the others are left as they were") {
  Nodes nodes;
  auto node = nodes.Make("a", {});
  CHECK_THROWS_WITH(DeviceAccess({node, nodes.dir.path() / "none"}, kQemu),
                    Catch::Contains("none"));
  CHECK(Nodes::UserOf(node) == 0);
}

}  // namespace
}  // namespace crimux::vm
