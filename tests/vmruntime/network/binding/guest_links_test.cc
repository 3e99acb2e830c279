#include "vmruntime/network/binding/guest_links.h"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/vmruntime/network/network_world.h"
#include "vmruntime/network/link/netns.h"

namespace crimux::vm {
namespace {

using Catch::Contains;

// A namespace with a veth pair, one end of which plays the pod's interface.
struct PodLink : NetworkWorld {
  NetworkRequest pod = NewPod("p1");

  void Ip(const std::string& commands) {
    Sh("ip link add eth0 type veth peer name far; ip link set far up; ip link set eth0 up; " +
           commands,
       pod.netns);
  }
  GuestInterface Build(int index = 0, const std::string& link = "eth0",
                       const NicRequest& nic = {}) {
    GuestInterface card;
    RunInNetns(pod.netns, [&] { card = BuildGuestLinks(link, index, ::getuid(), nic); });
    return card;
  }
};

std::vector<std::string> Texts(const GuestInterface& card) {
  std::vector<std::string> texts;
  for (const auto& a : card.addresses) texts.push_back("addr " + a.address + " gw " + a.gateway);
  for (const auto& r : card.routes) texts.push_back(r.destination + " via " + r.gateway);
  return texts;
}

TEST_CASE("addresses and routes of both families go to the guest, in an order that can be added") {
  PodLink world;
  world.Ip(
      "ip addr add 10.0.0.5/24 dev eth0; ip addr add 10.0.0.9/24 dev eth0;"
      "ip addr add fd00::5/64 dev eth0 nodad; ip route add default via 10.0.0.1;"
      "ip route add 10.7.0.0/16 via 10.0.0.2; ip route add 10.8.8.8 dev eth0;"
      "ip -6 route add default via fd00::1; ip route add 10.9.0.0/24 via 10.0.0.1 table 77;"
      "ip route add blackhole 10.6.0.0/24");
  GuestInterface card = world.Build();
  CHECK(Texts(card) == std::vector<std::string>{"addr 10.0.0.5/24 gw 10.0.0.1",
                                                "addr 10.0.0.9/24 gw 10.0.0.1",
                                                "addr fd00::5/64 gw fd00::1", "10.8.8.8/32 via ",
                                                "10.7.0.0/16 via 10.0.0.2",
                                                "0.0.0.0/0 via 10.0.0.1", "::/0 via fd00::1"});
}

TEST_CASE("the pod's own link keeps no address, of no family") {
  PodLink world;
  world.Ip("ip addr add 10.0.0.5/24 dev eth0; ip addr add fd00::5/64 dev eth0 nodad");
  world.Build();
  CHECK(Sh("ip -o addr show eth0", world.pod.netns).empty());
  CHECK(Sh("ip -o -6 addr show br0", world.pod.netns).empty());
  CHECK(Sh("ip -o addr show tap0", world.pod.netns).empty());
  CHECK(Sh("cat /proc/sys/net/ipv4/ip_forward", world.pod.netns) == "0");
}

TEST_CASE("several interfaces get a tap and a bridge each") {
  PodLink world;
  world.Ip(
      "ip link add net1 type veth peer name far1; ip link set net1 mtu 9000 up; ip link set far1 "
      "mtu 9000 up; ip addr add 10.0.0.5/24 dev eth0; ip addr add 10.1.0.5/24 dev net1");
  CHECK(world.Build(0, "eth0").tap == "tap0");
  GuestInterface second = world.Build(1, "net1");
  CHECK(second.tap == "tap1");
  CHECK(second.mtu == 9000);
  CHECK_THAT(Sh("ip link show tap1", world.pod.netns), Contains("mtu 9000 ") && Contains("br1"));
  CHECK_THAT(Sh("ip link show br1", world.pod.netns), Contains("mtu 9000 "));
  RunInNetns(world.pod.netns, RemoveGuestLinks);
  CHECK_THAT(Sh("ip -br link", world.pod.netns), !Contains("tap") && !Contains("br"));
  CHECK_THAT(Sh("ip -br link", world.pod.netns), Contains("eth0") && Contains("net1"));
  RunInNetns(world.pod.netns, RemoveGuestLinks);
}

TEST_CASE("a card has the queues and the MTU that the pod asks for") {
  PodLink world;
  world.Ip("ip addr add 10.0.0.5/24 dev eth0");
  SECTION("that the link can have") {
    GuestInterface card = world.Build(0, "eth0", {.queues = 4, .mtu = 1400});
    CHECK(card.queues == 4);
    CHECK(card.mtu == 1400);
    CHECK_THAT(Sh("ip -d link show tap0", world.pod.netns),
               Contains("mtu 1400 ") && Contains("multi_queue"));
    CHECK_THAT(Sh("ip link show eth0", world.pod.netns), Contains("mtu 1500 "));
  }
  SECTION("but not an MTU above the link's") {
    CHECK_THROWS_WITH(world.Build(0, "eth0", {.mtu = 1600}),
                      Contains("\"eth0\": the pod asks for an MTU of 1600; it has 1500"));
  }
}

TEST_CASE("a link that cannot be bridged is refused before it is touched") {
  PodLink world;
  world.Ip("ip link add mv0 link eth0 type macvlan mode bridge; ip addr add 10.0.0.5/24 dev mv0");
  CHECK_THROWS_WITH(world.Build(0, "mv0"), Contains("of kind macvlan"));
  CHECK_THAT(Sh("ip -o addr show mv0", world.pod.netns), Contains("10.0.0.5/24"));
  CHECK_THAT(Sh("ip -br link", world.pod.netns), !Contains("br0"));
}

TEST_CASE("a namespace without the interface is an error that names it") {
  PodLink world;
  CHECK_THROWS_WITH(world.Build(), Contains("\"eth0\": the plugins made none"));
}

}  // namespace
}  // namespace crimux::vm
