#include "vmruntime/guest/mounts.h"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "base/process.h"
#include "tests/temporary_dir.h"

namespace crimux::vm {
namespace {

const std::vector<GuestMount> kMounts = {
    {.source = "crimux", .type = "9p", .path = "/run/crimux", .options = "trans=virtio"},
    {.source = "/run/crimux/etc-config", .path = "/etc/config"},
    {.source = "/run/crimux/etc-a", .path = "/etc/a", .is_directory = false}};

TEST_CASE("mounts become commands that run at every boot") {
  CHECK(MountCommands(kMounts) == boost::json::parse(R"([
      ["mkdir","-p","/run/crimux"],
      ["mount","-t","9p","-o","trans=virtio","crimux","/run/crimux"],
      ["mkdir","-p","/etc/config"],
      ["mount","--bind","/run/crimux/etc-config","/etc/config"],
      ["mkdir","-p","/etc"],
      ["touch","/etc/a"],
      ["mount","--bind","/run/crimux/etc-a","/etc/a"]])"));
  CHECK(MountCommands({}).empty());
}

TEST_CASE("a path stays one word, whatever it holds") {
  const std::string evil = "/a b\n$(id)';`x`";
  CHECK(MountCommands({{.source = evil, .path = evil}}) ==
        boost::json::array{boost::json::array{"mkdir", "-p", evil},
                           boost::json::array{"mount", "--bind", evil, evil}});
  TemporaryDir dir;
  GuestMount mount{.source = "x", .path = dir.path().string() + evil, .is_directory = true};
  // mountpoint and mount fail; that the folder has the path's exact name is what counts.
  RunProcess({.argv = {"sh", "-c", MountScript({mount})}});
  CHECK(std::filesystem::is_directory(mount.path));
}

TEST_CASE("the mount script may be run again") {
  CHECK(MountScript({kMounts[0], kMounts[2]}) ==
        "#!/bin/sh\n# Mounts what the pod's manifest mounts.\n"
        "'mkdir' '-p' '/run/crimux'\n"
        "mountpoint -q '/run/crimux' || "
        "'mount' '-t' '9p' '-o' 'trans=virtio' 'crimux' '/run/crimux'\n"
        "'mkdir' '-p' '/etc'\n'touch' '/etc/a'\n"
        "mountpoint -q '/etc/a' || 'mount' '--bind' '/run/crimux/etc-a' '/etc/a'\n");
}

}  // namespace
}  // namespace crimux::vm
