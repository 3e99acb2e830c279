#include "vmruntime/network/link/netns.h"

#include <sys/mount.h>
#include <sys/stat.h>

#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/temporary_dir.h"
#include "tests/vmruntime/network/network_world.h"

namespace crimux::vm {
namespace {

struct NetnsDir {
  TemporaryDir temporary;
  std::filesystem::path path = temporary.path() / "netns";
  ~NetnsDir() {
    while (::umount2(path.c_str(), MNT_DETACH) == 0) {
    }
  }
};

ino_t Inode(const std::string& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_ino;
}

TEST_CASE("a new network namespace is a mount of its own with its loopback up") {
  NetnsDir dir;
  std::filesystem::path path = CreateNetns(dir.path, "a");
  CHECK(path == dir.path / "a");
  CHECK(NetnsExists(path));
  CHECK(Inode(path) != Inode("/proc/self/ns/net"));
  CHECK(Sh("ip -br link show lo", path).find("LOOPBACK,UP") != std::string::npos);
  CHECK(Sh("findmnt -no PROPAGATION " + dir.path.string()) == "shared");
  RemoveNetns(path);
  CHECK_FALSE(NetnsExists(path));
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("removing a network namespace may be repeated, and takes a bare file too") {
  NetnsDir dir;
  std::filesystem::path path = CreateNetns(dir.path, "a");
  RemoveNetns(path);
  RemoveNetns(path);
  std::filesystem::create_directory(dir.path / "b");
  CHECK_THROWS_AS(RemoveNetns(dir.path / "b"), Error);
  Sh("touch " + (dir.path / "c").string());
  RemoveNetns(dir.path / "c");
  CHECK_FALSE(std::filesystem::exists(dir.path / "c"));
}

TEST_CASE("a name that is taken or no file name is refused") {
  NetnsDir dir;
  CreateNetns(dir.path, "a");
  CHECK_THROWS_WITH(CreateNetns(dir.path, "a"), Catch::Contains("it exists"));
  CHECK(NetnsExists(dir.path / "a"));
  for (const char* name : {"", ".", "..", "../x", "a/b"}) {
    CHECK_THROWS_AS(CreateNetns(dir.path, name), Error);
  }
  RemoveNetns(dir.path / "a");
}

TEST_CASE("work runs in the namespace, its errors come back, and the caller stays where it was") {
  NetnsDir dir;
  std::filesystem::path path = CreateNetns(dir.path, "a");
  ino_t before = Inode("/proc/thread-self/ns/net");
  ino_t inside = 0;
  RunInNetns(path, [&] { inside = Inode("/proc/thread-self/ns/net"); });
  CHECK(inside == Inode(path));
  CHECK(Sh("readlink /proc/self/ns/net", path) == "net:[" + std::to_string(inside) + "]");
  CHECK_THROWS_WITH(RunInNetns(path, [] { throw Error(grpc::ABORTED, "do", "it", "no"); }),
                    "do \"it\": no");
  CHECK(Inode("/proc/thread-self/ns/net") == before);
  RemoveNetns(path);
  CHECK_THROWS_WITH(RunInNetns(path, [] {}), Catch::Contains("no such namespace"));
}

TEST_CASE("namespaces made at the same time share one mount of their folder") {
  NetnsDir dir;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] { CreateNetns(dir.path, std::to_string(i)); });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(Sh("grep -c ' " + dir.path.string() + " ' /proc/self/mountinfo") == "1");
  for (int i = 0; i < 8; ++i) RemoveNetns(dir.path / std::to_string(i));
}

}  // namespace
}  // namespace crimux::vm
