#include "vmruntime/network/cni/pod_links.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/vmruntime/network/network_world.h"
#include "vmruntime/network/link/netns.h"

namespace crimux::vm {
namespace {

using Catch::Contains;
using Strings = std::vector<std::string>;

struct PodNamespace : NetworkWorld {
  NetworkRequest pod = NewPod("p1");

  Strings Links(const CniResult& result, const std::string& before, const std::string& add) {
    Strings links;
    if (!before.empty()) Sh(before, pod.netns);
    RunInNetns(pod.netns, [&] {
      Strings present = LinkNames();
      Sh(add);
      links = PodLinks(result, present);
    });
    return links;
  }
};

TEST_CASE("links that the result does not tell of come after those it does, oldest first") {
  PodNamespace world;
  CHECK(
      world.Links(
          {.interfaces = {"eth0"}, .ips = {}}, "",
          "ip link add far type veth peer name net1; ip link add eth0 type veth peer name net2") ==
      Strings{"eth0", "net1", "far", "net2"});
}

TEST_CASE("links of before, ports, and links that carry others are no interfaces of the pod") {
  PodNamespace world;
  CHECK(world.Links({.interfaces = {"eth0"}, .ips = {}}, "ip link add old type veth",
                    "ip link add eth0 type veth peer name p; ip link add name over type bridge;"
                    "ip link set p master over; ip tunnel add t mode ipip local 10.0.0.1 "
                    "2>/dev/null || true") == Strings{"eth0"});
}

TEST_CASE("devices that are no links come last") {
  PodNamespace world;
  CniResult result{.interfaces = {"eth0"},
                   .cards = {{.name = "eth0"},
                             {.name = "net1", .vhost_socket = "/run/switch/p1"},
                             {.name = "net2", .vdpa = "/dev/vhost-vdpa-0"},
                             {.name = "net4", .pci = "0000:3b:02.1"}},
                   .ips = {}};
  CHECK(world.Links(result, "",
                    "ip link add net4 type veth peer name net3; ip link add eth0 type veth "
                    "peer name net5") == Strings{"eth0", "net3", "net4", "net5", "net1", "net2"});
}

TEST_CASE("the pod's addresses are those of its first interface") {
  GuestInterface eth0{.name = "eth0"};
  eth0.addresses = {{"10.0.0.5/24", ""}, {"fd00::5/64", ""}};
  GuestInterface net1{.name = "net1"};
  net1.addresses = {{"10.1.0.5/24", ""}};
  auto ips = [&](Strings of_result) {
    return PodIps({.interfaces = {}, .ips = std::move(of_result)}, {eth0, net1});
  };
  CHECK(ips({"10.1.0.5", "fd00:0::5", "10.0.0.5"}) == Strings{"fd00:0::5", "10.0.0.5"});
  CHECK_THROWS_WITH(ips({"10.0.0.5", "10.0.0.6"}), Contains("has the address 10.0.0.6"));
  CHECK_THROWS_WITH(ips({"10.1.0.5"}), Contains("none of the pod's first interface"));
}

TEST_CASE("a binding is an interface's own, that of all, or the bridge") {
  NetworkRequest request;
  CHECK(BindingFor(request, "eth0") == NicBinding::kBridge);
  request.nic.binding = NicBinding::kMasquerade;
  request.nics = {{.interface = "net1", .binding = NicBinding::kBridge}, {.interface = "net2"}};
  CHECK(BindingFor(request, "eth0") == NicBinding::kMasquerade);
  CHECK(BindingFor(request, "net1") == NicBinding::kBridge);
  CHECK(BindingFor(request, "net2") == NicBinding::kMasquerade);
}

TEST_CASE("an SR-IOV function can't be bound, but be one of many that are") {
  NetworkRequest request;
  request.nic.binding = NicBinding::kMasquerade;
  request.nics = {{.interface = "net1", .binding = NicBinding::kMasquerade}, {.interface = "net2"}};
  CHECK_NOTHROW(RefuseBindingOfDevice(request, "eth0", "an SR-IOV function"));
  CHECK_NOTHROW(RefuseBindingOfDevice(request, "net2", "an SR-IOV function"));
  try {
    RefuseBindingOfDevice(request, "net1", "an SR-IOV function");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == grpc::INVALID_ARGUMENT);
    CHECK_THAT(error.what(), Contains("\"net1\"") && Contains("SR-IOV"));
  }
}

TEST_CASE("a card for an interface that the pod hasn't is refused, with those that it has") {
  NetworkRequest request;
  request.nics = {{.interface = "net1"}, {.interface = "net7"}};
  try {
    CheckNicRequests(request, {"eth0", "net1"});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == grpc::INVALID_ARGUMENT);
    CHECK_THAT(error.what(), Contains("\"net7\"") && Contains("only eth0, net1"));
  }
}

}  // namespace
}  // namespace crimux::vm
