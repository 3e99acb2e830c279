#include <fmt/format.h>

#include <algorithm>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/vmruntime/network/guest_pod.h"
#include "tests/vmruntime/network/guest_wire.h"
#include "tests/vmruntime/network/packet_capture.h"
#include "vmruntime/network/binding/macvtap_links.h"
#include "vmruntime/network/link/netns.h"

namespace crimux::vm {
namespace {

using Catch::Contains;
using Left = std::vector<std::string>;

// A pod whose card is a macvtap, and a namespace that plays its guest.
struct MacvtapPod : GuestPod {
  explicit MacvtapPod(MacvtapMode mode = MacvtapMode::kBridge) {
    pod.nic.binding = NicBinding::kMacvtap;
    pod.nic.macvtap_mode = mode;
  }
  // A network of macvlans on a link of the node's; the node is at its other end.
  void UseMacvlanPlugin(const std::string& mode = "bridge") {
    node_link = bridge() + "m";
    Sh(
        fmt::format("ip link add {0} type veth peer name {1}; ip link set {0} up; ip link set {1} "
                    "up; ip addr add {2}/24 dev {1}",
                    node_link, bridge() + "p", Gateway()));
    WriteConf("10-test.conf",
              fmt::format(R"({{"cniVersion": "1.0.0", "name": "{}", "type": "macvlan",
                  "master": "{}", "mode": "{}", "ipam": {{"type": "host-local",
                  "dataDir": "{}/ipam", "ranges": [[{{"subnet": "{}", "rangeStart": "{}.2"}}]],
                  "routes": [{{"dst": "0.0.0.0/0"}}]}}}})",
                          bridge(), node_link, mode, dir().string(), Range(), subnet()));
  }
  void Configure() const { InGuest("ip addr add " + ip() + "/24 dev eth0"); }
};

void TalksToTheNode(MacvtapPod& world) {
  world.Configure();
  world.InGuest("busybox ping -c 1 -W 5 " + world.Gateway());
  Sh("busybox ping -c 1 -W 5 " + world.ip());
}

TEST_CASE("a macvtap has the MAC, MTU and address of the pod's interface, which keeps none") {
  MacvtapPod world;
  world.UseBridgePlugin();
  world.SetUp();
  CHECK(world.card().binding == NicBinding::kMacvtap);
  CHECK(world.card().addresses.at(0).address == world.ip() + "/24");
  CHECK(world.card().addresses.at(0).gateway == world.Gateway());
  CHECK(world.InPod("ip -o addr show eth0").empty());
  CHECK_THAT(world.InPod("ip link show eth0"), !Contains(world.card().mac));
  CHECK_THAT(world.InPod("ip -d link show tap0"),
             Contains("macvtap mode bridge") && Contains(world.card().mac) && Contains("mtu 1420"));
  std::string node;
  RunInNetns(world.pod.netns, [&] { node = MacvtapNode("tap0"); });
  CHECK(std::filesystem::is_character_file(node));
  world.networks.TearDown(world.pod);
  CHECK_FALSE(std::filesystem::exists(node));
}

TEST_CASE("a guest on a macvtap gets its address by DHCP, and nobody outside hears it") {
  MacvtapPod world;
  world.UseBridgePlugin();
  world.pod.nic.queues = 2;
  world.SetUp();
  PacketCapture outside(Sh("ls /sys/class/net/" + world.bridge() + "/brif"));
  GuestWire wire(world.pod.netns, world.card(), world.guest.netns);
  CHECK_THAT(AskDhcp(world.guest.netns, world.dir()),
             Contains("\nip=" + world.ip() + "\n") && Contains("\nmask=24\n") &&
                 Contains("\nmtu=1420\n") && Contains("\nrouter=" + world.Gateway() + "\n") &&
                 Contains("\ndns=10.96.0.10\n") && Contains("\nhostname=web-p1\n"));
  TalksToTheNode(world);
  // As when a lease is renewed.
  world.InGuest("ip route add 169.254.75.67 dev eth0; busybox ping -c 1 -W 5 169.254.75.67");
  CHECK(std::ranges::count_if(outside.Frames(), IsPing) == 4);
  CHECK(std::ranges::none_of(outside.Frames(), IsServiceTraffic));
}

TEST_CASE("DHCP of others is kept off a guest on a macvtap, and its own server off others") {
  MacvtapPod world;
  world.UseBridgePlugin();
  world.SetUp();
  GuestWire wire(world.pod.netns, world.card(), world.guest.netns);
  NetworkRequest other = world.NewPod("other");
  NetworkRequest client = world.NewPod("client");
  PodNetwork beside = world.networks.SetUp({.pod = other.pod,
                                            .netns = other.netns,
                                            .work_dir = other.work_dir,
                                            .nic = {.binding = NicBinding::kMacvtap}});
  {
    // What this one asks, by a link without filter, is heard by all of the network.
    Sh("nft delete table netdev crimux; ip link del br0", other.netns);
    GuestWire second(other.netns, beside.interfaces.at(0), client.netns);
    CHECK(AskDhcp(client.netns, world.dir()).empty());
    Sh("ip addr add " + beside.ips.at(0) + "/24 dev eth0; busybox ping -c 1 -W 5 " +
           world.Gateway(),
       client.netns);
  }
  CHECK(std::ranges::none_of(wire.ReceivedFrames(), IsServiceTraffic));
  world.networks.TearDown(other);
  for (const NetworkRequest& pod : {other, client}) world.RemovePod(pod);
}

TEST_CASE("a guest on a macvtap has IPv6, its gateway as a router, and nobody hears of it") {
  MacvtapPod world;
  world.UseBridgeWith({world.Range(), world.Prefix6() + "/64"});
  world.SetUp();
  PacketCapture outside(Sh("ls /sys/class/net/" + world.bridge() + "/brif"));
  GuestWire wire(world.pod.netns, world.card(), world.guest.netns);
  CHECK_THAT(AskDhcp6(world.guest.netns, world.dir()),
             Contains("new_ip6_address=" + world.network.ips.at(1) + "\n"));
  REQUIRE(WaitFor([&] { return !world.InGuest("ip -6 route show default").empty(); }));
  world.InGuest("ip -6 addr add " + world.network.ips.at(1) + "/128 dev eth0 nodad");
  Sh("ip -6 addr add fd00:ffff::1/128 dev " + world.bridge() + " nodad");
  world.InGuest("busybox ping6 -c 1 -W 5 fd00:ffff::1");
  Sh("busybox ping6 -c 1 -W 5 " + world.network.ips.at(1));
  CHECK(outside.Frames().size() > 2);
  CHECK(std::ranges::none_of(outside.Frames(), IsServiceTraffic));
}

TEST_CASE("modes other than bridge connect a guest without DHCP") {
  auto [mode, word] =
      GENERATE(table<MacvtapMode, std::string>({{MacvtapMode::kPrivate, "private"},
                                                {MacvtapMode::kVepa, "vepa"},
                                                {MacvtapMode::kPassthru, "passthru"}}));
  MacvtapPod world(mode);
  world.UseBridgePlugin();
  world.SetUp();
  CHECK_THAT(world.InPod("ip -d link show tap0"), Contains("macvtap mode " + word));
  GuestWire wire(world.pod.netns, world.card(), world.guest.netns);
  TalksToTheNode(world);
  CHECK(AskDhcp(world.guest.netns, world.dir()).empty());
}

TEST_CASE("a macvlan can have a macvtap: both are on the link below") {
  MacvtapPod world;
  world.UseMacvlanPlugin();
  world.SetUp();
  PacketCapture outside(world.bridge() + "p");
  GuestWire wire(world.pod.netns, world.card(), world.guest.netns);
  CHECK_THAT(AskDhcp(world.guest.netns, world.dir()), Contains("\nip=" + world.ip() + "\n"));
  TalksToTheNode(world);
  CHECK(std::ranges::none_of(outside.Frames(), IsServiceTraffic));
}

TEST_CASE("a macvlan serves a masqueraded guest as any other link does") {
  MacvtapPod world;
  world.UseMacvlanPlugin();
  world.pod.nic.binding = NicBinding::kMasquerade;
  world.SetUp();
  GuestWire wire(world.pod.netns, world.card(), world.guest.netns);
  world.InGuest("ip addr add 10.0.2.2/30 dev eth0; ip route add default via 10.0.2.1");
  world.InGuest("busybox ping -c 1 -W 5 " + world.Gateway());
  Sh("busybox ping -c 1 -W 5 " + world.ip());
}

TEST_CASE("a link that can't have a macvtap is refused before it is touched") {
  MacvtapPod world;
  world.InPod(
      "ip tuntap add eth0 mode tun; ip link set eth0 up; ip addr add 192.0.2.7/24 dev eth0");
  try {
    RunInNetns(world.pod.netns, [&] { BuildMacvtapLinks("eth0", 0, world.pod.nic); });
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == grpc::FAILED_PRECONDITION);
    CHECK_THAT(error.what(), Contains("\"eth0\""));
  }
  CHECK_THAT(world.InPod("ip -o addr show eth0"), Contains("192.0.2.7/24"));
  CHECK_THAT(world.InPod("ip -br link"), !Contains("tap0"));
}

}  // namespace
}  // namespace crimux::vm
