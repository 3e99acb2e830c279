#include "vmruntime/share/shared_mount.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "tests/temporary_dir.h"

namespace crimux::vm {
namespace {

using Catch::Contains;

struct SharedMountFixture {
  TemporaryDir dir;
  runtime::v1::ContainerConfig container;

  runtime::v1::Mount& Add(const std::string& host, const std::string& guest) {
    runtime::v1::Mount& mount = *container.add_mounts();
    mount.set_host_path((dir.path() / host).string());
    mount.set_container_path(guest);
    return mount;
  }
  std::string Refusal() const {
    try {
      SharedMounts(container);
    } catch (const Error& e) {
      CHECK(e.code() == grpc::StatusCode::INVALID_ARGUMENT);
      return e.what();
    }
    return "nothing was refused";
  }
};

TEST_CASE("names of shares are what systemd-escape makes of the path") {
  CHECK(ShareName("/") == "-");
  CHECK(ShareName("/data") == "data");
  CHECK(ShareName("/etc/config/") == "etc-config");
  CHECK(ShareName("//var//lib/./x") == "var-lib-x");
  CHECK(ShareName("/a-b/c d") == "a\\x2db-c\\x20d");
  CHECK(ShareName("/.ssh/.key") == "\\x2essh-.key");
  CHECK(ShareName("/a\n\"<é") == "a\\x0a\\x22\\x3c\\xc3\\xa9");
}

TEST_CASE("a name too long for a directory entry ends with a hash and stays unique") {
  std::string one = ShareName("/" + std::string(300, 'a') + "1");
  std::string two = ShareName("/" + std::string(300, 'a') + "2");
  CHECK(one.size() == 255);
  CHECK(one != two);
}

TEST_CASE("mounts are directories or files, with what the CRI says of them") {
  SharedMountFixture f;
  WriteFileAtomically(f.dir.path() / "file", "x");
  f.Add("folder", "/data").set_propagation(runtime::v1::PROPAGATION_HOST_TO_CONTAINER);
  f.Add("file", "/etc/one").set_readonly(true);
  auto mounts = SharedMounts(f.container);
  REQUIRE(mounts.size() == 2);
  CHECK(mounts[0] ==
        SharedMount{
            .host = f.dir.path() / "folder", .guest = "/data", .name = "data", .from_host = true});
  CHECK(mounts[1] == SharedMount{.host = f.dir.path() / "file",
                                 .guest = "/etc/one",
                                 .name = "etc-one",
                                 .is_directory = false,
                                 .readonly = true});
  CHECK(std::filesystem::is_directory(f.dir.path() / "folder"));
}

TEST_CASE("what a VM can't mount is refused by the mount's name") {
  SharedMountFixture f;
  runtime::v1::Mount& mount = f.Add("folder", "/the/mount");
  std::string reason;
  SECTION("an image") {
    mount.mutable_image()->set_image("busybox");
    reason = "image as a volume";
  }
  SECTION("id mappings") {
    mount.add_uidmappings();
    reason = "ids mapped";
  }
  SECTION("bidirectional propagation") {
    mount.set_propagation(runtime::v1::PROPAGATION_BIDIRECTIONAL);
    reason = "mountPropagation: Bidirectional";
  }
  SECTION("recursively read-only without being read-only") {
    mount.set_recursive_read_only(true);
    reason = "without readonly";
  }
  SECTION("a relative host path") {
    mount.set_host_path("folder");
    reason = "host_path \"folder\" is not absolute";
  }
  SECTION("a host path that climbs") {
    mount.set_host_path("/var/../etc");
    reason = "holds \"..\"";
  }
  SECTION("a named pipe") {
    REQUIRE(::mkfifo((f.dir.path() / "folder").c_str(), 0600) == 0);
    reason = "neither a directory nor a file";
  }
  SECTION("two mounts at one place") {
    f.Add("other", "/the/mount/");
    reason = "two mounts";
  }
  CHECK_THAT(f.Refusal(), Contains("share mount \"/the/mount") && Contains(reason));
}

}  // namespace
}  // namespace crimux::vm
