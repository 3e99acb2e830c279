#include "vmruntime/exec/mounted_key.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "tests/temporary_dir.h"

namespace crimux::vm {
namespace {

using Catch::Contains;

struct MountedKeyFixture {
  TemporaryDir dir;
  runtime::v1::ContainerConfig container;

  MountedKeyFixture() {
    std::filesystem::create_directories(dir.path() / "secret");
    NodeKey(dir.path() / "secret/id");
    NodeKey(dir.path() / "outside");
    runtime::v1::Mount& mount = *container.add_mounts();
    mount.set_host_path((dir.path() / "secret").string());
    mount.set_container_path("/keys");
  }
};

TEST_CASE("an SSH key is read out of the pod's own mount") {
  MountedKeyFixture f;
  CHECK(ReadMountedKey(f.container, "/keys/id"));
  f.container.mutable_mounts(0)->set_host_path((f.dir.path() / "secret/id").string());
  f.container.mutable_mounts(0)->set_container_path("/one/file");
  CHECK(ReadMountedKey(f.container, "/one/file"));
}

TEST_CASE("nothing but the pod's own mounts is read for an SSH key") {
  MountedKeyFixture f;
  std::filesystem::create_symlink(f.dir.path() / "outside", f.dir.path() / "secret/link");
  WriteFileAtomically(f.dir.path() / "secret/junk", "junk");
  CHECK_THROWS_WITH(ReadMountedKey(f.container, "/etc/id"), Contains("none of the container's"));
  CHECK_THROWS_WITH(ReadMountedKey(f.container, "/keys/../outside"), Contains("none of the"));
  CHECK_THROWS_WITH(ReadMountedKey(f.container, "/keys/none"), Contains("no such file"));
  CHECK_THROWS_WITH(ReadMountedKey(f.container, "/keys/junk"), Contains("not a private key"));
  CHECK_THROWS_AS(ReadMountedKey(f.container, "/keys/link"), Error);
}

}  // namespace
}  // namespace crimux::vm
