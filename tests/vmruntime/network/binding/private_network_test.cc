#include "vmruntime/network/binding/private_network.h"

#include <optional>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/vmruntime/network/network_world.h"
#include "vmruntime/network/link/netns.h"

namespace crimux::vm {
namespace {

struct Pod : NetworkWorld {
  NetworkRequest pod = NewPod("p1");

  PrivateNetworks With(const std::string& commands, const DnsSettings& dns = {}) {
    Sh("ip link add eth0 type veth peer name far; ip link set eth0 up; " + commands, pod.netns);
    std::optional<PrivateNetworks> networks;
    RunInNetns(pod.netns, [&] {
      Netlink netlink;
      networks.emplace(netlink, dns);
    });
    return *networks;
  }
};

TEST_CASE("private networks are of two hosts, and each is another") {
  PrivateNetworks networks = Pod().With("true");
  PrivateNetwork first = networks.Take(false);
  CHECK(first.gateway == "10.0.2.1/30");
  CHECK(first.guest == "10.0.2.2/30");
  CHECK(networks.Take(false).guest == "10.0.3.2/30");
  PrivateNetwork v6 = networks.Take(true);
  CHECK(v6.gateway == "fd10:0:2::1/120");
  CHECK(v6.guest == "fd10:0:2::2/120");
}

TEST_CASE("private networks stay away from the networks of the pod") {
  Pod world;
  SECTION("its addresses, and the cluster around them") {
    CHECK(world.With("ip addr add 10.0.77.5/24 dev eth0").Take(false).guest == "172.31.2.2/30");
  }
  SECTION("its routes") {
    CHECK(world.With("ip route add 10.0.0.0/22 dev eth0").Take(false).guest == "10.0.4.2/30");
  }
  SECTION("its name servers") {
    CHECK(world.With("true", {.servers = {"10.0.0.10", "not an address"}}).Take(false).guest ==
          "172.31.2.2/30");
  }
  SECTION("of the other family, too") {
    CHECK(world.With("ip addr add fd10:0:2:7::5/64 dev eth0 nodad").Take(true).guest ==
          "fd10:0:3::2/120");
  }
}

TEST_CASE("a pod that is on all private networks is refused") {
  PrivateNetworks networks = Pod().With(
      "ip route add 10.0.0.0/8 dev eth0; ip route add 172.16.0.0/12 dev eth0;"
      "ip route add 192.168.0.0/16 dev eth0");
  CHECK_THROWS_AS(networks.Take(false), Error);
  CHECK_NOTHROW(networks.Take(true));
}

}  // namespace
}  // namespace crimux::vm
