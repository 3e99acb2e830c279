#include "vmruntime/pod/network_record.h"

#include <catch2/catch.hpp>

namespace crimux::vm {
namespace {

TEST_CASE("a network comes back from its record as it was") {
  PodNetwork network{.ips = {"10.0.0.5", "fd00::5"}};
  network.interfaces.push_back({.name = "eth0",
                                .tap = "tap0",
                                .mac = "02:00:00:00:00:01",
                                .mtu = 1450,
                                .queues = 4,
                                .router_mac = "02:00:00:00:00:09",
                                .addresses = {{"10.0.0.5/16", "10.0.0.1"}, {"fd00::5/64", ""}},
                                .routes = {{"0.0.0.0/0", "10.0.0.1"}}});
  network.interfaces.push_back({.name = "net1", .pci = "0000:3b:02.1"});
  network.interfaces.push_back({.name = "net2",
                                .binding = NicBinding::kMasquerade,
                                .pod_addresses = {"10.1.0.5/16", "fd01::5/64"}});
  network.interfaces.push_back(
      {.name = "net3", .binding = NicBinding::kMacvtap, .macvtap_mode = MacvtapMode::kVepa});
  network.interfaces.push_back({.name = "net4", .vdpa = "/dev/vhost-vdpa-0"});
  network.interfaces.push_back(
      {.name = "net5", .vhost_socket = "/run/switch/p1", .vhost_server = true});
  PodNetwork back = FromRecord(ToRecord(network));
  CHECK(back.ips == network.ips);
  REQUIRE(back.interfaces.size() == 6);
  CHECK(back.interfaces[1].pci == "0000:3b:02.1");
  CHECK(back.interfaces[4].vdpa == "/dev/vhost-vdpa-0");
  CHECK(back.interfaces[5].vhost_socket == "/run/switch/p1");
  CHECK(back.interfaces[5].vhost_server);
  CHECK_FALSE(back.interfaces[0].IsDevice());
  CHECK(back.interfaces[0].binding == NicBinding::kBridge);
  CHECK(back.interfaces[2].binding == NicBinding::kMasquerade);
  CHECK(back.interfaces[3].binding == NicBinding::kMacvtap);
  CHECK(back.interfaces[3].macvtap_mode == MacvtapMode::kVepa);
  CHECK(back.interfaces[2].pod_addresses == network.interfaces[2].pod_addresses);
  CHECK(back.interfaces[0].tap == "tap0");
  CHECK(back.interfaces[0].mac == "02:00:00:00:00:01");
  CHECK(back.interfaces[0].mtu == 1450);
  CHECK(back.interfaces[0].name == "eth0");
  CHECK(back.interfaces[0].queues == 4);
  CHECK(back.interfaces[0].router_mac == "02:00:00:00:00:09");
  REQUIRE(back.interfaces[0].addresses.size() == 2);
  CHECK(back.interfaces[0].addresses[0].gateway == "10.0.0.1");
  REQUIRE(back.interfaces[0].routes.size() == 1);
  CHECK(back.interfaces[0].routes[0].destination == "0.0.0.0/0");
}

TEST_CASE("a request carries the pod's names, DNS and those ports that have a host port") {
  state::SandboxRecord sandbox;
  sandbox.set_id("id");
  sandbox.set_netns("/run/netns/x");
  auto& config = *sandbox.mutable_config();
  config.mutable_metadata()->set_name("web");
  config.mutable_metadata()->set_namespace_("default");
  config.set_hostname("web-0");
  config.mutable_dns_config()->add_servers("10.0.0.10");
  config.add_port_mappings()->set_container_port(80);
  auto& mapping = *config.add_port_mappings();
  mapping.set_container_port(53);
  mapping.set_host_port(5353);
  mapping.set_protocol(runtime::v1::UDP);
  NetworkRequest request = MakeNetworkRequest(sandbox, "/work");
  CHECK(request.pod.name == "web");
  CHECK(request.pod.pod_namespace == "default");
  CHECK(request.pod.hostname == "web-0");
  CHECK(request.netns == "/run/netns/x");
  CHECK(request.dns.servers == std::vector<std::string>{"10.0.0.10"});
  REQUIRE(request.host_ports.size() == 1);
  CHECK(request.host_ports[0].host_port == 5353);
  CHECK(request.host_ports[0].protocol == "udp");
}

}  // namespace
}  // namespace crimux::vm
