#include "vmruntime/machine/driver_config.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "tests/code_of.h"
#include "tests/temporary_dir.h"

namespace crimux::vm {
namespace {

VmConfig WithStateDir(const std::string& dir) {
  VmConfig config;
  config.state_dir = dir;
  return config;
}

TEST_CASE("a state dir that is relative, or too long for sockets, is refused") {
  const auto invalid = grpc::StatusCode::INVALID_ARGUMENT;
  CHECK(CodeOf([] { DriverRoot(WithStateDir("var/lib")); }) == invalid);
  CHECK(DriverRoot(WithStateDir("/" + std::string(41, 'x'))).string().size() == kMaxDriverRoot);
  CHECK(CodeOf([] { DriverRoot(WithStateDir("/" + std::string(42, 'x'))); }) == invalid);
}

TEST_CASE("the driver's root is searchable for QEMU's user, and its qemu.conf is ours alone") {
  TemporaryDir dir;
  VmConfig config = WithStateDir(dir.path() / "state");
  PrepareDriverRoot(config);
  PrepareDriverRoot(config);  // as the next start does
  struct stat info {};
  REQUIRE(::stat((dir.path() / "state/libvirt").c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0711);
  REQUIRE(::stat((dir.path() / "state/libvirt/etc/qemu.conf").c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0600);
  CHECK(ReadFile(dir.path() / "state/libvirt/etc/qemu.conf") == QemuConf(config));
}

TEST_CASE("an unknown user or group is named before libvirt fails over it") {
  TemporaryDir dir;
  VmConfig config = WithStateDir(dir.path());
  config.qemu_user = "nobody-of-this-name";
  CHECK_THROWS_WITH(PrepareDriverRoot(config),
                    "look up user \"nobody-of-this-name\": there is no such user");
  config.qemu_user = "root";
  config.qemu_group = "nogroup-of-this-name";
  CHECK_THROWS_WITH(PrepareDriverRoot(config), Catch::Contains("there is no such group"));
}

TEST_CASE("a user name cannot add settings to qemu.conf") {
  VmConfig config;
  config.qemu_user = "x\"\nsecurity_driver = \"apparmor";
  CHECK(CodeOf([&] { QemuConf(config); }) == grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace crimux::vm
