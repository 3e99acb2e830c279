#include <catch2/catch.hpp>

#include "tests/vmruntime/network/guest_wire.h"
#include "tests/vmruntime/network/network_world.h"
#include "vmruntime/network/cni_pod_networks.h"

namespace crimux::vm {
namespace {

using Catch::Contains;
using Left = std::vector<std::string>;

// Calls the bridge plugin once more, for net1, and keeps that from the result, as Multus does.
constexpr const char* kSecondNetwork = R"(
test $CNI_COMMAND = ADD && busybox sed 's/.*"prevResult"://; s/}$//' $INPUT
echo '{"cniVersion":"1.0.0","name":"second","type":"bridge","bridge":"'$(cat $DIR/bridge)'",
  "ipam":{"type":"static","addresses":[{"address":"192.0.2.7/24"}]}}' |
  CNI_IFNAME=net1 /usr/lib/cni/bridge >$DIR/second.out)";

TEST_CASE("a second network's interface is the guest's second card, as the pod asks for it") {
  NetworkWorld world;
  world.FakePlugin("second", kSecondNetwork);
  world.UseBridgePlugin(R"(, {"type": "second"})");
  Sh("echo " + world.bridge() + " > " + (world.dir() / "bridge").string());
  CniPodNetworks networks(world.config());
  NetworkRequest pod = world.NewPod("p1");
  SECTION("which gets its own address") {
    pod.nics = {{.interface = "net1", .queues = 2, .mtu = 1300}};
    PodNetwork network = networks.SetUp(pod);
    CHECK(network.ips == Left{world.subnet() + ".2"});
    REQUIRE(network.interfaces.size() == 2);
    CHECK(network.interfaces[0].name == "eth0");
    CHECK(network.interfaces[0].mtu == 1420);
    const GuestInterface& card = network.interfaces[1];
    CHECK(card.name == "net1");
    CHECK(card.tap == "tap1");
    CHECK(card.mtu == 1300);
    CHECK(card.queues == 2);
    CHECK(card.addresses.at(0).address == "192.0.2.7/24");
    networks.Serve(pod, network);
    NetworkRequest guest = world.NewPod("guest");
    {
      GuestWire wire(pod.netns, card, guest.netns);
      std::string answer = AskDhcp(guest.netns, world.dir());
      CHECK_THAT(answer, Contains("\nip=192.0.2.7\n") && Contains("\nmtu=1300\n") &&
                             !Contains("\nrouter="));
    }
    world.RemovePod(guest);
    networks.TearDown(pod);
  }
  SECTION("and one that is not there is refused, with nothing left") {
    pod.nics = {{.interface = "net2"}};
    CHECK_THROWS_WITH(networks.SetUp(pod), Contains("\"net2\": the pod has only eth0, net1"));
    CHECK_THAT(Sh("ip -br link", pod.netns), !Contains("net1") && !Contains("eth0"));
  }
  world.RemovePod(pod);
  CHECK(world.Leftovers() == Left{});
}

TEST_CASE("a result that gives the pod an address that no interface has is an error") {
  NetworkWorld world;
  world.FakePlugin("liar",
                   "test $CNI_COMMAND = DEL || busybox sed 's/.*\"prevResult\"://; s/}$//; "
                   "s/\"address\":\"[^\"]*\"/\"address\":\"10.0.0.9\\/24\"/' $INPUT");
  world.UseBridgePlugin(R"(, {"type": "liar"})");
  CniPodNetworks networks(world.config());
  NetworkRequest pod = world.NewPod("p1");
  CHECK_THROWS_WITH(networks.SetUp(pod),
                    Contains("no interface of the pod has the address 10.0.0.9"));
  world.RemovePod(pod);
  CHECK(world.Leftovers() == Left{});
}

}  // namespace
}  // namespace crimux::vm
