#include "vmruntime/share/virtiofsd.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "tests/temporary_dir.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;

std::string Program() {
  for (const char* path : {"/usr/libexec/virtiofsd", "/usr/lib/qemu/virtiofsd"}) {
    if (fs::exists(path)) return path;
  }
  return "";
}

UniqueFd Connect(const fs::path& path) {
  sockaddr_un address{.sun_family = AF_UNIX};
  path.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) ==
          0);
  return socket;
}

template <typename Condition>
bool Eventually(Condition condition) {
  auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

struct VirtiofsdFixture {
  TemporaryDir dir;
  fs::path socket = dir.path() / "socket";
  Virtiofsd daemon{Program(), dir.path()};
  std::vector<SharedMount> mounts;

  VirtiofsdFixture() {
    fs::create_directories(dir.path() / "data");
    mounts.push_back({.host = dir.path() / "data", .name = "data"});
  }
  ~VirtiofsdFixture() { daemon.Stop(); }
};

TEST_CASE("virtiofsd waits behind its socket for one QEMU, and ends with it") {
  VirtiofsdFixture f;
  f.daemon.Start(f.socket, 1234, 1235, f.mounts);
  CHECK(f.daemon.Running());
  struct stat info {};
  REQUIRE(::stat(f.socket.c_str(), &info) == 0);
  CHECK(info.st_uid == 1234);
  CHECK(info.st_gid == 1235);
  Connect(f.socket);
  CHECK(Eventually([&] { return !f.daemon.Running(); }));
}

TEST_CASE("virtiofsd that nobody connected to is stopped, and starts again") {
  VirtiofsdFixture f;
  f.daemon.Start(f.socket, 0, 0, f.mounts);
  f.daemon.Start(f.socket, 0, 0, f.mounts);
  CHECK(f.daemon.Running());
  f.daemon.Stop();
  CHECK_FALSE(f.daemon.Running());
  f.daemon.Stop();
}

TEST_CASE("a mount that isn't there leaves no virtiofsd and no socket") {
  VirtiofsdFixture f;
  f.mounts[0].host = "/nowhere/at/all";
  CHECK_THROWS_WITH(f.daemon.Start(f.socket, 0, 0, f.mounts), Catch::Contains("/nowhere/at/all"));
  CHECK_FALSE(f.daemon.Running());
  CHECK_FALSE(fs::exists(f.socket));
}

}  // namespace
}  // namespace crimux::vm
