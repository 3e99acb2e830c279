#include "vmruntime/network/dhcp/dhcp_server.h"

#include <signal.h>

#include <fstream>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "tests/vmruntime/network/network_world.h"
#include "vmruntime/network/link/netns.h"

namespace crimux::vm {
namespace {

struct ServedPod : NetworkWorld {
  NetworkRequest pod = NewPod("p1");
  NetworkRequest other = NewPod("p2");
  DhcpServer server{pod.netns, pod.work_dir};

  static std::string Config(const NetworkRequest& of) {
    return "port=0\nbind-interfaces\nleasefile-ro\npid-file=" +
           (of.work_dir / "dhcp.pid").string() + "\n";
  }
  int Pid() const { return std::stoi(ReadFile(pod.work_dir / "dhcp.pid")); }
  void WritePid(int pid) const { std::ofstream(pod.work_dir / "dhcp.pid") << pid << "\n"; }
};

TEST_CASE("the server lives in the pod's namespace until it is stopped") {
  ServedPod world;
  CHECK_FALSE(world.server.Running());
  world.server.Start(ServedPod::Config(world.pod));
  CHECK(world.server.Running());
  std::string proc = "/proc/" + std::to_string(world.Pid());
  CHECK(Sh("readlink " + proc + "/ns/net") == Sh("readlink /proc/self/ns/net", world.pod.netns));
  // Another object, as after a restart, finds it too.
  CHECK(DhcpServer(world.pod.netns, world.pod.work_dir).Running());
  world.server.Stop();
  CHECK_FALSE(world.server.Running());
  CHECK(ProcessesWith(world.pod.work_dir).empty());
  CHECK(std::filesystem::is_empty(world.pod.work_dir));
  world.server.Stop();
}

TEST_CASE("a server is found and stopped when its namespace has lost its name") {
  ServedPod world;
  world.server.Start(ServedPod::Config(world.pod));
  RemoveNetns(world.pod.netns);
  CHECK(world.server.Running());
  world.server.Stop();
  CHECK(ProcessesWith(world.pod.work_dir).empty());
}

TEST_CASE("a process that only has the number is neither believed nor killed") {
  ServedPod world;
  int stranger = 0;
  SECTION("another program") { stranger = std::stoi(Sh("sleep 100 >/dev/null 2>&1 & echo $!")); }
  SECTION("the server of another pod") {
    DhcpServer(world.other.netns, world.other.work_dir).Start(ServedPod::Config(world.other));
    stranger = std::stoi(ReadFile(world.other.work_dir / "dhcp.pid"));
  }
  SECTION("a server of this folder in another namespace") {
    DhcpServer(world.other.netns, world.pod.work_dir).Start(ServedPod::Config(world.pod));
    stranger = world.Pid();
  }
  world.WritePid(stranger);
  CHECK_FALSE(world.server.Running());
  world.server.Stop();
  CHECK(::kill(stranger, 0) == 0);
  CHECK_FALSE(Sh("tr -d '\\0' < /proc/" + std::to_string(stranger) + "/cmdline").empty());
  ::kill(stranger, SIGKILL);
}

TEST_CASE("rubbish in the pid file is no server") {
  ServedPod world;
  auto text = GENERATE("", "x", "-1", "0", "1", "99999999999999");
  std::ofstream(world.pod.work_dir / "dhcp.pid") << text;
  CHECK_FALSE(world.server.Running());
  world.server.Stop();
  CHECK(std::filesystem::is_empty(world.pod.work_dir));
}

TEST_CASE("a configuration that dnsmasq refuses is an error in its words") {
  ServedPod world;
  CHECK_THROWS_WITH(world.server.Start("no-such-option\n"), Catch::Contains("bad option"));
}

}  // namespace
}  // namespace crimux::vm
