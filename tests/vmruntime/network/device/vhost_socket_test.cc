#include "vmruntime/network/device/vhost_socket.h"

#include <fstream>

#include <catch2/catch.hpp>

#include "tests/temporary_dir.h"

namespace crimux::vm {
namespace {

TEST_CASE("a folder is QEMU's to make a socket in if nothing else is in it") {
  TemporaryDir dir;
  const std::filesystem::path socket = dir.path() / "p1";
  CHECK(VhostSocketNode(socket, false) == socket);
  CHECK(VhostSocketNode(socket, true) == dir.path());
  std::ofstream(socket) << "left by a crash";
  CHECK(VhostSocketNode(socket, true) == dir.path());
  std::ofstream(dir.path() / "p2") << "another's";
  CHECK(VhostSocketNode(socket, true).empty());
  CHECK(VhostSocketNode(socket, false) == socket);
}

}  // namespace
}  // namespace crimux::vm
