#include "vmruntime/disk/persistent_root.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "tests/sizes.h"
#include "tests/temporary_dir.h"
#include "tests/vmruntime/disk/loop_device.h"
#include "vmruntime/disk/block_device.h"
#include "vmruntime/disk/root_header.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;

// An image of 2 MiB whose bytes are `fill`, and a device with a node for QEMU's user.
struct Fixture {
  TemporaryDir dir;
  VmConfig config;
  Owner qemu = FindOwner(config.qemu_user, config.qemu_group);
  StoredImage image = MakeImage('a');
  LoopDevice device;
  fs::path node = dir.path() / "node,with=comma";

  explicit Fixture(uint64_t size = 4 * kMiB) : device(dir.path() / "device", size) {
    fs::permissions(dir.path(), fs::perms(0711));
    MakeBlockNode(device.path(), node, false, qemu);
  }
  StoredImage MakeImage(char fill) const {
    fs::path file = dir.path() / (std::string("image-") + fill);
    WriteFileAtomically(file, std::string(2 * kMiB, fill), 0644);
    return {.digest = std::string("sha256:") + fill,
            .virtual_size = 2 * kMiB,
            .format = "raw",
            .file = file};
  }
  PersistentRoot Prepare() { return PreparePersistentRoot(node, "/", image, config); }
  std::string Bytes(uint64_t offset, size_t size) const {
    return ReadFile(node).substr(offset, size);
  }
};

TEST_CASE("a blank device is filled from the image, behind its header") {
  Fixture f;
  PersistentRoot root = f.Prepare();
  CHECK(root.offset == kRootHeaderSize);
  CHECK(root.size == 3 * kMiB);
  CHECK(f.Bytes(root.offset, 2 * kMiB) == std::string(2 * kMiB, 'a'));
  UniqueFd fd = OpenFile(f.node, O_RDONLY);
  CHECK(ReadRootHeader(fd.get(), "/")->ready);
  CHECK(ReadRootHeader(fd.get(), "/")->image == "sha256:a");
}

TEST_CASE("a device that was filled is left alone, whatever the image is now") {
  Fixture f;
  PersistentRoot root = f.Prepare();
  UniqueFd fd = OpenFile(f.node, O_RDWR);
  REQUIRE(::pwrite(fd.get(), "guest", 5, static_cast<off_t>(root.offset)) == 5);
  REQUIRE(::fsync(fd.get()) == 0);
  f.image = f.MakeImage('b');
  f.image.virtual_size = 1ULL << 40;
  CHECK(f.Prepare().size == root.size);
  CHECK(f.Bytes(root.offset, 6) == "guesta");
}

TEST_CASE("a filling that broke off is done anew, from the image of now") {
  Fixture f;
  UniqueFd fd = OpenFile(f.node, O_RDWR);
  WriteRootHeader(fd.get(), {.ready = false, .image = "sha256:a"}, "/");
  f.image = f.MakeImage('b');
  PersistentRoot root = f.Prepare();
  CHECK(f.Bytes(root.offset, 3) == "bbb");
  CHECK(ReadRootHeader(fd.get(), "/")->image == "sha256:b");
}

TEST_CASE("a device with other data is refused, and keeps it") {
  Fixture f;
  UniqueFd fd = OpenFile(f.node, O_RDWR);
  REQUIRE(::pwrite(fd.get(), "data", 4, 70000) == 4);
  CHECK_THROWS_WITH(f.Prepare(), Catch::Contains("use persistent root disk \"/\"") &&
                                     Catch::Contains("holds data"));
  CHECK(f.Bytes(70000, 4) == "data");
}

TEST_CASE("a device that is too small is refused with both sizes, and stays blank") {
  Fixture f(3 * kMiB - 4096);
  CHECK_THROWS_WITH(f.Prepare(), Catch::Contains("3141632 bytes") && Catch::Contains("2097152"));
  UniqueFd fd = OpenFile(f.node, O_RDONLY);
  CHECK(IsBlankWhereHeaderIs(fd.get(), "/"));
}

TEST_CASE("an image that cannot be written leaves a filling to be done anew") {
  Fixture f;
  f.image.file = f.dir.path() / "nothing";
  CHECK_THROWS_AS(f.Prepare(), Error);
  f.image = f.MakeImage('a');
  CHECK_NOTHROW(f.Prepare());
}

TEST_CASE("a damaged header, or one of a later version, is refused") {
  Fixture f;
  UniqueFd fd = OpenFile(f.node, O_RDWR);
  for (std::string text : {"crimux root disk\n{\"version\":", "crimux root disk\n[]",
                           "crimux root disk\n{\"version\":2,\"state\":\"ready\",\"image\":\"\"}",
                           "crimux root disk\n{\"version\":1,\"state\":1,\"image\":\"\"}"}) {
    text.resize(4096, '\0');
    REQUIRE(::pwrite(fd.get(), text.data(), text.size(), 0) == 4096);
    CHECK_THROWS_WITH(f.Prepare(), Catch::Contains("its header is"));
  }
}

TEST_CASE("a node of our own leaves the host's as it is; what is no block device is refused") {
  Fixture f;
  struct stat host {};
  struct stat own {};
  REQUIRE(::stat(f.device.path().c_str(), &host) == 0);
  REQUIRE(::stat(f.node.c_str(), &own) == 0);
  CHECK(host.st_uid == 0);
  CHECK(own.st_uid == f.qemu.uid);
  CHECK((own.st_mode & 0777) == 0600);
  CHECK(own.st_rdev == host.st_rdev);
  fs::create_symlink(f.device.path(), f.dir.path() / "link");
  MakeBlockNode(f.dir.path() / "link", f.dir.path() / "readonly", true, f.qemu);
  REQUIRE(::stat((f.dir.path() / "readonly").c_str(), &own) == 0);
  CHECK((own.st_mode & 0777) == 0400);
  for (const char* none : {"/dev/null", "/etc/passwd", "/"}) {
    CHECK_THROWS_WITH(MakeBlockNode(none, f.dir.path() / "other", false, f.qemu),
                      Catch::Contains("is not a block device"));
  }
  CHECK_THROWS_AS(MakeBlockNode("/nowhere", f.dir.path() / "other", false, f.qemu), Error);
}

}  // namespace
}  // namespace crimux::vm
