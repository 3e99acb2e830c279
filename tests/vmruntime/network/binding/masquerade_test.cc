#include <fmt/format.h>

#include <algorithm>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/vmruntime/network/guest_pod.h"
#include "tests/vmruntime/network/guest_wire.h"
#include "tests/vmruntime/network/packet_capture.h"
#include "vmruntime/network/binding/masquerade_rules.h"
#include "vmruntime/network/link/ip.h"
#include "vmruntime/network/link/netns.h"

namespace crimux::vm {
namespace {

using Catch::Contains;
using Left = std::vector<std::string>;

constexpr const char* kGuest = "10.0.2.2";
constexpr const char* kGuest6 = "fd10:0:2::2";

// A pod whose card is bound by masquerade, and a namespace that plays its guest.
struct MasqueradePod : GuestPod {
  MasqueradePod() { pod.nic.binding = NicBinding::kMasquerade; }
  // As a guest that has taken its IPv4 lease.
  void Configure() const {
    InGuest(
        fmt::format("ip link set lo up; ip addr add {}/30 dev eth0; "
                    "ip route add default via 10.0.2.1",
                    kGuest));
  }
};

// A server of one connection, which answers with a word; and a client that waits for the server.
std::string Serve(const std::string& word, int port) {
  return fmt::format("(echo {} | timeout 30 busybox nc -l -p {} >/dev/null 2>&1) >/dev/null 2>&1 &",
                     word, port);
}
std::string Fetch(const std::string& ip, int port) {
  return fmt::format(
      "for i in $(seq 100); do busybox nc -w 5 {} {} </dev/null && exit; sleep 0.1; "
      "done; exit 1",
      ip, port);
}

bool Holds(const std::string& frame, const std::string& ip) {
  Cidr cidr = ParseCidr(ip);
  return frame.find(std::string(cidr.bytes.begin(), cidr.bytes.begin() + cidr.Bits() / 8)) !=
         std::string::npos;
}

TEST_CASE(
    "masquerade leaves the pod's interface as it was, and gives the guest a private address") {
  MasqueradePod world;
  world.UseBridgePlugin();
  world.pod.nic.mtu = 1400;
  world.SetUp();
  CHECK(world.network.ips == Left{world.subnet() + ".2"});
  CHECK(world.card().binding == NicBinding::kMasquerade);
  CHECK(world.card().pod_addresses == Left{world.ip() + "/24"});
  REQUIRE(world.card().addresses.size() == 1);
  CHECK(world.card().addresses[0].address == "10.0.2.2/30");
  CHECK(world.card().addresses[0].gateway == "10.0.2.1");
  CHECK(world.card().mtu == 1400);
  CHECK_THAT(world.InPod("ip -o addr show eth0"), Contains(world.ip() + "/24"));
  CHECK_THAT(world.InPod("ip link show eth0"),
             !Contains(world.card().mac) && !Contains("master") && Contains("mtu 1420"));
  CHECK_THAT(world.InPod("ip -d link show tap0"), Contains("mtu 1400") && Contains("master br0"));
  CHECK_THAT(world.InPod("ip -o addr show br0"), Contains("10.0.2.1/30"));
}

TEST_CASE("a masqueraded guest gets its address by DHCP, and all ways lead to it and out of it") {
  MasqueradePod world;
  world.UseBridgePlugin();
  world.SetUp();
  PacketCapture outside(Sh("ls /sys/class/net/" + world.bridge() + "/brif"));
  GuestWire wire(world.pod.netns, world.card(), world.guest.netns);
  CHECK_THAT(AskDhcp(world.guest.netns, world.dir()),
             Contains("\nip=10.0.2.2\n") && Contains("\nmask=30\n") && Contains("\nmtu=1420\n") &&
                 Contains("\nrouter=10.0.2.1\n") && Contains("\ndns=10.96.0.10\n") &&
                 Contains("\nhostname=web-p1\n"));
  world.Configure();
  SECTION("from the node to the pod's address") {
    world.InGuest(Serve("hello", 7070));
    CHECK(Sh(Fetch(world.ip(), 7070)) == "hello");
    Sh("busybox ping -c 1 -W 5 " + world.ip());
  }
  SECTION("from the namespace itself to the pod's address") {
    world.InGuest(Serve("hello", 7070));
    CHECK(world.InPod(Fetch(world.ip(), 7070)) == "hello");
  }
  SECTION("from the guest to its own pod's address") {
    world.InGuest(Serve("hello", 7070));
    CHECK(world.InGuest(Fetch(world.ip(), 7070)) == "hello");
  }
  SECTION("from the guest to the node") {
    Sh(Serve("outside", 7071));
    CHECK(world.InGuest(Fetch(world.Gateway(), 7071)) == "outside");
    world.InGuest("busybox ping -c 1 -W 5 " + world.Gateway());
  }
  SECTION("what listens on the namespace's loopback stays there") {
    world.InPod(Serve("beside", 7072));
    CHECK(world.InPod(Fetch("127.0.0.1", 7072)) == "beside");
  }
  for (const std::string& frame : outside.Frames()) {
    CHECK_FALSE(Holds(frame, kGuest));
    CHECK_FALSE((IsUdpTo(frame, 67) || IsUdpTo(frame, 68)));
  }
}

TEST_CASE("nobody outside reaches a masqueraded guest by its private address, or through the pod") {
  MasqueradePod world;
  world.UseBridgePlugin();
  world.SetUp();
  GuestWire wire(world.pod.netns, world.card(), world.guest.netns);
  world.Configure();
  Sh("busybox ping -c 1 -W 5 " + world.ip());
  NetworkRequest other = world.NewPod("other");
  world.networks.SetUp({.pod = other.pod,
                        .netns = other.netns,
                        .work_dir = other.work_dir,
                        .nic = {.binding = NicBinding::kMasquerade}});
  std::string ping = "busybox ping -c 1 -W 1 ";
  Sh("ip route add 10.0.2.2 via " + world.ip(), other.netns);
  CHECK_THROWS(Sh(ping + kGuest, other.netns));
  Sh("ip route add 198.51.100.1 via " + world.ip(), other.netns);
  world.InPod(
      "ip link add far type veth peer name farther; ip link set far up; "
      "ip link set farther up; ip addr add 198.51.100.2/24 dev far");
  CHECK_THROWS(Sh(ping + "198.51.100.1", other.netns));
  CHECK_THAT(world.InPod("ip neigh show dev far"), !Contains("198.51.100.1"));
  world.networks.TearDown(other);
  world.RemovePod(other);
}

TEST_CASE("what a masqueraded guest sends under another's address goes nowhere") {
  MasqueradePod world;
  world.UseBridgePlugin();
  world.SetUp();
  PacketCapture outside(Sh("ls /sys/class/net/" + world.bridge() + "/brif"));
  GuestWire wire(world.pod.netns, world.card(), world.guest.netns);
  world.Configure();
  world.InGuest("ip addr add 203.0.113.9/32 dev eth0");
  CHECK_THROWS(world.InGuest("busybox ping -I 203.0.113.9 -c 1 -W 1 " + world.Gateway()));
  world.InGuest("busybox ping -c 1 -W 5 " + world.Gateway());
  long pings = std::ranges::count_if(outside.Frames(), IsPing);
  CHECK(pings == 2);
  CHECK(std::ranges::none_of(outside.Frames(),
                             [](const auto& frame) { return Holds(frame, "203.0.113.9"); }));
}

TEST_CASE("a masqueraded guest has IPv6 where the pod has it") {
  MasqueradePod world;
  world.UseBridgeWith({world.Range(), world.Prefix6() + "/64"});
  world.SetUp();
  const std::string ip6 = world.network.ips.at(1);
  REQUIRE(world.card().addresses.size() == 2);
  CHECK(world.card().addresses[1].address == std::string(kGuest6) + "/120");
  PacketCapture outside(Sh("ls /sys/class/net/" + world.bridge() + "/brif"));
  GuestWire wire(world.pod.netns, world.card(), world.guest.netns);
  CHECK_THAT(AskDhcp6(world.guest.netns, world.dir()),
             Contains(fmt::format("new_ip6_address={}\n", kGuest6)) &&
                 Contains("new_dhcp6_name_servers=fd00::a\n") &&
                 Contains("new_fqdn_hostname=web-p1\n"));
  REQUIRE(WaitFor([&] { return !world.InGuest("ip -6 route show default").empty(); }));
  CHECK_THAT(world.InGuest("ip -6 route"),
             Contains("default via fe80::6372:696d:7578:1 dev eth0 proto ra"));
  world.InGuest(fmt::format("ip -6 addr add {}/128 dev eth0 nodad", kGuest6));
  world.InGuest("busybox ping6 -c 1 -W 5 " + world.Prefix6() + "1");
  Sh("busybox ping6 -c 1 -W 5 " + ip6);
  world.InGuest(Serve("hello", 7070));
  CHECK(Sh(Fetch(ip6, 7070)) == "hello");
  for (const std::string& frame : outside.Frames()) {
    CHECK_FALSE(Holds(frame, kGuest6));
    CHECK_FALSE((IsUdpTo(frame, 546) || IsUdpTo(frame, 547)));
  }
}

TEST_CASE("a masqueraded guest behind a point-to-point link reaches all by its own gateway") {
  MasqueradePod world;
  world.UsePtpPlugin();
  world.SetUp();
  CHECK(world.card().addresses.at(0).address == "10.0.2.2/30");
  REQUIRE(world.card().routes.size() == 1);
  GuestWire wire(world.pod.netns, world.card(), world.guest.netns);
  world.Configure();
  world.InGuest("busybox ping -c 1 -W 5 " + world.Gateway());
  Sh("busybox ping -c 1 -W 5 " + world.ip());
}

TEST_CASE("a card of each binding in one pod, with routes to what each reaches") {
  MasqueradePod world;
  world.FakePlugin("second", R"(
test $CNI_COMMAND = ADD && busybox sed 's/.*"prevResult"://; s/}$//' $INPUT
echo '{"cniVersion":"1.0.0","name":"second","type":"bridge","bridge":"'$(cat $DIR/bridge)'",
  "ipam":{"type":"static","addresses":[{"address":"198.51.100.7/24"}]}}' |
  CNI_IFNAME=net1 /usr/lib/cni/bridge >$DIR/second.out)");
  world.UseBridgePlugin(R"(, {"type": "second"})");
  Sh("echo " + world.bridge() + " > " + (world.dir() / "bridge").string());
  world.pod.nic.binding.reset();
  world.pod.nics = {{.interface = "net1", .binding = NicBinding::kMasquerade}};
  world.SetUp();
  CHECK(world.network.interfaces.at(0).addresses.at(0).address == world.ip() + "/24");
  const GuestInterface& second = world.network.interfaces.at(1);
  CHECK(second.addresses.at(0).gateway.empty());
  REQUIRE(second.routes.size() == 1);
  CHECK(second.routes[0].destination == "198.51.100.0/24");
  GuestWire wire(world.pod.netns, second, world.guest.netns);
  CHECK_THAT(AskDhcp(world.guest.netns, world.dir()),
             Contains("\nip=10.0.2.2\n") && Contains("\nstaticroutes=198.51.100.0/24 10.0.2.1\n"));
  world.InGuest("ip addr add 10.0.2.2/30 dev eth0");
  Sh("ip addr add 198.51.100.1/24 dev " + world.bridge());
  world.InGuest("ip route add 198.51.100.0/24 via 10.0.2.1; busybox ping -c 1 -W 5 198.51.100.1");
}

TEST_CASE("TearDown of a masqueraded pod leaves nothing, and Serve brings its DHCP server back") {
  NetworkWorld world;
  world.UseBridgePlugin();
  NetworkRequest pod = world.NewPod("p1");
  pod.nic.binding = NicBinding::kMasquerade;
  CniPodNetworks networks(world.config());
  PodNetwork network = networks.SetUp(pod);
  networks.Serve(pod, network);
  for (int pid : ProcessesWith(pod.work_dir)) Sh(fmt::format("kill -9 {}", pid));
  REQUIRE(WaitFor([&] { return ProcessesWith(pod.work_dir).empty(); }));
  CniPodNetworks restarted(world.config());
  NetworkRequest plain{.pod = pod.pod, .netns = pod.netns, .work_dir = pod.work_dir};
  restarted.Serve(plain, network);
  CHECK(ProcessesWith(pod.work_dir).size() == 1);
  restarted.TearDown(plain);
  CHECK_THAT(Sh("ip -br link", pod.netns), !Contains("tap0") && !Contains("br0"));
  world.RemovePod(pod);
  CHECK(world.Leftovers() == Left{});
}

TEST_CASE("rules are for masqueraded cards alone") {
  std::vector<GuestInterface> cards(2);
  cards[0] = {.name = "eth0", .addresses = {{"10.7.0.5/16", "10.7.0.1"}}};
  cards[1] = {.name = "net1",
              .binding = NicBinding::kMasquerade,
              .addresses = {{"10.0.2.2/30", "10.0.2.1"}},
              .pod_addresses = {"10.88.0.5/16", "10.88.0.6/16", "fd00::5/64"}};
  std::string rules = MasqueradeRules(cards);
  CHECK_THAT(rules, Contains("ip daddr 10.88.0.5 dnat ip to 10.0.2.2\n") &&
                        Contains("ip daddr 10.88.0.6 dnat ip to 10.0.2.2\n") &&
                        Contains("iifname \"br1\" ip saddr 10.0.2.2 accept"));
  CHECK_THAT(rules, !Contains("10.7.0.5") && !Contains("br0") && !Contains("fd00::5"));
}

}  // namespace
}  // namespace crimux::vm
