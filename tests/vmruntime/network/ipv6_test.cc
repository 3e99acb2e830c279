#include <fmt/format.h>

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/vmruntime/network/guest_pod.h"
#include "tests/vmruntime/network/guest_wire.h"
#include "tests/vmruntime/network/packet_capture.h"
#include "vmruntime/network/link/netns.h"

namespace crimux::vm {
namespace {

using Catch::Contains;
using Frames = std::vector<std::string>;

// The bytes of a text such as "02:00:…".
std::string MacBytes(const std::string& text) {
  std::string bytes;
  for (size_t i = 0; i + 2 <= text.size(); i += 3) {
    bytes += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

struct Ipv6Pod : GuestPod {
  std::string Gateway6() const { return Prefix6() + "1"; }
  bool HasRouter() const { return !Sh("ip -6 route show default", guest.netns).empty(); }
  // As a guest that has taken its address.
  void UseAddress(const std::string& address) const {
    Sh("ip -6 addr add " + address + "/128 dev eth0 nodad", guest.netns);
  }
};

TEST_CASE("a guest of a pod with IPv6 alone gets address, names and router, and nobody hears it") {
  Ipv6Pod world;
  world.UseBridgeWith({world.Prefix6() + "/64"});
  world.SetUp();
  CHECK(world.network.ips == Frames{world.Prefix6() + "2"});
  CHECK_FALSE(world.card().router_mac.empty());
  std::string port = Sh("ls /sys/class/net/" + world.bridge() + "/brif");
  PacketCapture outside(port);
  GuestWire wire(world.pod.netns, world.card(), world.guest.netns);
  std::string answer = AskDhcp6(world.guest.netns, world.dir());
  CHECK_THAT(answer, Contains("new_ip6_address=" + world.network.ips[0] + "\n") &&
                         Contains("new_dhcp6_name_servers=fd00::a\n") &&
                         Contains("new_dhcp6_domain_search=default.svc.\n") &&
                         Contains("new_fqdn_hostname=web-p1\n"));
  REQUIRE(WaitFor([&] { return world.HasRouter(); }));
  CHECK_THAT(Sh("ip -6 route", world.guest.netns),
             Contains("default via fe80::6372:696d:7578:1 dev eth0 proto ra") &&
                 Contains(world.Prefix6() + "/64 dev eth0"));
  world.UseAddress(world.network.ips[0]);
  // On the link, and by way of the router that is advertised.
  Sh("busybox ping6 -c 1 -W 5 " + world.Gateway6(), world.guest.netns);
  std::string far = "fd00:ffff::1";
  Sh("ip -6 addr add " + far + "/128 dev " + world.bridge() + " nodad");
  Sh("busybox ping6 -c 1 -W 5 " + far, world.guest.netns);
  Sh("busybox ping6 -c 1 -W 5 " + world.network.ips[0]);
  // The router says that it is one when the guest looks for it again.
  Sh("ip -6 neigh flush dev eth0", world.guest.netns);
  Sh("busybox ping6 -c 2 -W 5 " + far, world.guest.netns);
  CHECK(world.HasRouter());

  std::string mac = Sh("cat /sys/class/net/br0/address || true", world.pod.netns);
  mac = Sh("ip -o link show br0 | sed 's/.*ether //; s/ .*//'", world.pod.netns);
  size_t seen = 0;
  for (const std::string& frame : outside.Frames()) {
    ++seen;
    CHECK_FALSE((IsUdpTo(frame, 546) || IsUdpTo(frame, 547) || IsRouterDiscovery(frame)));
    CHECK(frame.substr(0, 6) != MacBytes(mac));
    CHECK(frame.substr(6, 6) != MacBytes(mac));
    // The server's link-local address, as anybody's subject.
    CHECK(frame.find(MacBytes("63:72:69:6d:75:78:00:01")) == std::string::npos);
  }
  CHECK(seen > 0);
}

TEST_CASE("a guest of a dual-stack pod gets both addresses") {
  Ipv6Pod world;
  world.UseBridgeWith({world.Range(), world.Prefix6() + "/64"});
  world.SetUp();
  CHECK(world.network.ips == Frames{world.subnet() + ".2", world.Prefix6() + "2"});
  GuestWire wire(world.pod.netns, world.card(), world.guest.netns);
  CHECK_THAT(AskDhcp(world.guest.netns, world.dir()),
             Contains("\nip=" + world.network.ips[0] + "\n") && Contains("\ndns=10.96.0.10\n"));
  CHECK_THAT(AskDhcp6(world.guest.netns, world.dir()),
             Contains("new_ip6_address=" + world.network.ips[1] + "\n"));
}

TEST_CASE("behind a point-to-point link the guest reaches everybody by the router") {
  Ipv6Pod world;
  world.UsePtpWith({world.Prefix6() + "/64"});
  world.SetUp();
  CHECK(world.card().addresses.at(0).address == world.Prefix6() + "2/128");
  GuestWire wire(world.pod.netns, world.card(), world.guest.netns);
  std::string answer = AskDhcp6(world.guest.netns, world.dir());
  CHECK_THAT(answer, Contains("new_ip6_address=" + world.network.ips[0] + "\n") &&
                         Contains("new_dhcp6_name_servers=fd00::a\n"));
  REQUIRE(WaitFor([&] { return world.HasRouter(); }));
  CHECK_THAT(Sh("ip -6 route", world.guest.netns), !Contains(world.Prefix6() + "/64"));
  world.UseAddress(world.network.ips[0]);
  Sh("busybox ping6 -c 1 -W 5 " + world.Gateway6(), world.guest.netns);
}

TEST_CASE("no router is advertised where no gateway answers") {
  Ipv6Pod world;
  world.WriteConf("10-test.conf", fmt::format(R"({{"cniVersion": "1.0.0", "name": "{0}",
      "type": "bridge", "bridge": "{0}", "ipam": {{"type": "static",
      "addresses": [{{"address": "{1}7/64", "gateway": "{1}99"}}],
      "routes": [{{"dst": "::/0", "gw": "{1}99"}}]}}}})",
                                              world.bridge(), world.Prefix6()));
  world.SetUp();
  CHECK(world.card().router_mac.empty());
  GuestWire wire(world.pod.netns, world.card(), world.guest.netns);
  CHECK_THAT(AskDhcp6(world.guest.netns, world.dir()),
             Contains("new_ip6_address=" + world.Prefix6() + "7\n"));
  // The advertisement has come: it brought the prefix.
  REQUIRE(WaitFor([&] {
    return !Sh("ip -6 route show " + world.Prefix6() + "/64", world.guest.netns).empty();
  }));
  CHECK_FALSE(world.HasRouter());
}

}  // namespace
}  // namespace crimux::vm
