#include "vmruntime/disk/cdrom.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "tests/temporary_dir.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;
using grpc::StatusCode;

struct Volume {
  TemporaryDir dir;
  fs::path copy = dir.path() / "copy";
  std::vector<MountedPath> mounts{{"/isos", dir.path() / "volume"},
                                  {"/isos/inner/", dir.path() / "inner"},
                                  {"/one.iso", dir.path() / "volume/a.iso"}};

  Volume() {
    fs::create_directories(dir.path() / "volume/sub");
    fs::create_directories(dir.path() / "inner");
    WriteFileAtomically(dir.path() / "volume/a.iso", "outer");
    WriteFileAtomically(dir.path() / "inner/a.iso", "inner");
    WriteFileAtomically(dir.path() / "secret", "secret");
  }
  std::string Copied(const std::string& path) {
    fs::remove(copy);
    CopyFromMount(path, mounts, copy, 1000, {1, 2});
    return ReadFile(copy);
  }
  StatusCode CodeOf(const std::string& path) {
    try {
      Copied(path);
    } catch (const Error& e) {
      return e.code();
    }
    return StatusCode::OK;
  }
};

TEST_CASE("a CD-ROM is the file that the container would see, for QEMU's user alone") {
  Volume volume;
  CHECK(volume.Copied("/isos/a.iso") == "outer");
  CHECK(volume.Copied("/isos//sub/../a.iso") == "outer");
  CHECK(volume.Copied("/isos/inner/a.iso") == "inner");
  CHECK(volume.Copied("/one.iso") == "outer");
  struct stat info {};
  REQUIRE(::stat(volume.copy.c_str(), &info) == 0);
  CHECK(info.st_uid == 1);
  CHECK((info.st_mode & 0777) == 0400);
}

TEST_CASE("links are followed inside the volume, never out of it") {
  Volume volume;
  fs::create_symlink("../a.iso", volume.dir.path() / "volume/sub/up");
  fs::create_symlink("../../secret", volume.dir.path() / "volume/sub/out");
  fs::create_symlink("/secret", volume.dir.path() / "volume/absolute");
  fs::create_symlink(volume.dir.path() / "secret", volume.dir.path() / "volume/host");
  CHECK(volume.Copied("/isos/sub/up") == "outer");
  for (const char* path : {"/isos/sub/out", "/isos/absolute", "/isos/host"}) {
    CHECK(volume.CodeOf(path) == StatusCode::INVALID_ARGUMENT);
  }
}

TEST_CASE("what is no file of a mount is no CD-ROM") {
  Volume volume;
  for (const char* path : {"/isos/none", "/isos/sub", "/isos/../secret", "/secret", "/isosa.iso",
                           "isos/a.iso", "..", "/etc/passwd"}) {
    INFO(path);
    CHECK(volume.CodeOf(path) == StatusCode::INVALID_ARGUMENT);
  }
  WriteFileAtomically(volume.dir.path() / "volume/large", std::string(1001, 'x'));
  CHECK(volume.CodeOf("/isos/large") == StatusCode::RESOURCE_EXHAUSTED);
}

}  // namespace
}  // namespace crimux::vm
