#include "vmruntime/stats/link_figures.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "base/clock.h"
#include "base/process.h"
#include "tests/temporary_dir.h"
#include "vmruntime/network/link/netns.h"

namespace crimux::vm {
namespace {

void Ip(const std::vector<std::string>& arguments) {
  std::vector<std::string> argv{"ip"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  RunProcess({.argv = argv});
}

// Two namespaces with a veth between them: eth0 and net1 in "a", their peers in "b".
struct LinkFiguresFixture {
  TemporaryDir dir;
  std::filesystem::path a = CreateNetns(dir.path() / "netns", "a");
  std::filesystem::path b = CreateNetns(dir.path() / "netns", "b");

  LinkFiguresFixture() {
    RunInNetns(a, [&] {
      Ip({"link", "add", "net1", "type", "veth", "peer", "name", "peer1"});
      Ip({"link", "add", "eth0", "type", "veth", "peer", "name", "peer0"});
      Ip({"link", "add", "br0", "type", "bridge"});
      Ip({"tuntap", "add", "tap0", "mode", "tap"});
      Ip({"link", "set", "eth0", "up"});
      Ip({"link", "set", "peer0", "up"});
    });
  }
  ~LinkFiguresFixture() {
    RemoveNetns(a);
    RemoveNetns(b);
    RunProcess({.argv = {"umount", "-l", (dir.path() / "netns").string()}});
  }
};

std::vector<std::string> Names(const NetworkFigures& figures) {
  std::vector<std::string> names;
  for (const LinkFigures& link : figures.links) names.push_back(link.name);
  std::sort(names.begin(), names.end());
  return names;
}

uint64_t SysFigure(const std::filesystem::path& netns, const std::string& name) {
  uint64_t figure = 0;
  RunInNetns(netns, [&] {
    std::string text = RunProcess({.argv = {"ip", "-s", "-j", "link", "show", "eth0"}}).out;
    size_t at = text.find("\"" + name + "\":{\"bytes\":");
    REQUIRE(at != std::string::npos);
    figure = std::stoull(text.substr(at + name.size() + 12));
  });
  return figure;
}

TEST_CASE("the interfaces that a pod's networks gave it are measured, and no others") {
  LinkFiguresFixture f;
  int64_t before = Now();
  auto networks = ReadNetworks({f.a, f.b});
  REQUIRE(networks.size() == 2);
  CHECK(Names(networks[f.a]) == std::vector<std::string>{"eth0", "net1", "peer0", "peer1"});
  CHECK(networks[f.b].links.empty());
  CHECK(networks[f.b].Default() == nullptr);
  REQUIRE(networks[f.a].Default() != nullptr);
  CHECK(networks[f.a].Default()->name == "eth0");
  CHECK(networks[f.a].time >= before);
  CHECK(networks[f.a].time <= Now());
}

TEST_CASE("bytes are those that the kernel has counted") {
  LinkFiguresFixture f;
  RunInNetns(f.a, [] {
    Ip({"addr", "add", "10.9.8.1/24", "dev", "eth0"});
    Ip({"neigh", "add", "10.9.8.2", "lladdr", "02:00:00:00:00:01", "dev", "eth0"});
    RunProcess({.argv = {"bash", "-c", "head -c 1000 /dev/zero >/dev/udp/10.9.8.2/9"}});
  });
  auto networks = ReadNetworks({f.a});
  const LinkFigures* eth0 = networks[f.a].Default();
  REQUIRE(eth0 != nullptr);
  CHECK(eth0->tx_bytes >= 1000);
  CHECK(eth0->tx_bytes <= SysFigure(f.a, "tx"));
  CHECK(eth0->tx_packets >= 1);
}

TEST_CASE("a namespace that has gone is left out, and this thread stays where it is") {
  LinkFiguresFixture f;
  auto own = std::filesystem::read_symlink("/proc/thread-self/ns/net");
  auto networks = ReadNetworks({"/nowhere/netns", f.a});
  CHECK(networks.size() == 1);
  CHECK(networks.contains(f.a));
  CHECK(std::filesystem::read_symlink("/proc/thread-self/ns/net") == own);
  CHECK(ReadNetworks({}).empty());
}

}  // namespace
}  // namespace crimux::vm
