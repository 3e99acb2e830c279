#include "vmruntime/network/dhcp/dhcp_config.h"

#include <catch2/catch.hpp>

namespace crimux::vm {
namespace {

using Catch::Contains;

NetworkRequest Request() {
  NetworkRequest request;
  request.work_dir = "/w";
  request.pod.hostname = "web.example.org";
  return request;
}

PodNetwork TwoCards() {
  GuestInterface first{.tap = "tap0", .mac = "02:00:00:00:00:01", .mtu = 1450};
  first.addresses = {{"fd00::5/64", "fd00::1"}, {"10.1.0.5/16", "10.1.0.1"}};
  first.routes = {{"10.9.0.0/24", ""}, {"0.0.0.0/0", "10.1.0.1"}, {"::/0", "fd00::1"}};
  GuestInterface second{.tap = "tap1", .mac = "02:00:00:00:00:02"};
  second.addresses = {{"10.2.0.5/24", ""}};
  return {.ips = {"10.1.0.5"}, .interfaces = {first, second}};
}

TEST_CASE("each card is served its own address on its own bridge") {
  std::string config = DhcpConfig(Request(), TwoCards());
  CHECK_THAT(config,
             Contains("dhcp-host=02:00:00:00:00:01,id:*,10.1.0.5,[fd00::5],web,infinite\n") &&
                 Contains("shared-network=br0,10.1.0.5\n") &&
                 Contains("dhcp-range=set:if0,10.1.0.5,static,255.255.0.0,infinite\n") &&
                 Contains("dhcp-option=tag:if0,option:mtu,1450\n"));
  CHECK_THAT(config, Contains("shared-network=br1,10.2.0.5\n") &&
                         Contains("dhcp-range=set:if1,10.2.0.5,static,255.255.255.0,infinite\n"));
}

TEST_CASE("routes beside the default are told with it, and no gateway means no router option") {
  std::string config = DhcpConfig(Request(), TwoCards());
  CHECK_THAT(config, Contains("dhcp-option=tag:if0,option:router,10.1.0.1\n") &&
                         Contains("dhcp-option=tag:if0,option:classless-static-route,"
                                  "10.9.0.0/24,0.0.0.0,0.0.0.0/0,10.1.0.1\n"));
  CHECK_THAT(config, Contains("dhcp-option=tag:if1,option:router\n") &&
                         !Contains("tag:if1,option:classless"));
}

TEST_CASE("IPv6 is served with the prefix on the link, and a router if there is one") {
  PodNetwork network = TwoCards();
  NetworkRequest request = Request();
  request.dns = {.servers = {"fd00::a", "10.0.0.10"}, .searches = {"svc.example"}};
  std::string without_router = DhcpConfig(request, network);
  CHECK_THAT(without_router,
             Contains("ra-param=br0,mtu:1450,600,0\n") && !Contains("ra-param=br1"));
  network.interfaces[0].router_mac = "02:00:00:00:00:09";
  std::string config = DhcpConfig(request, network);
  CHECK_THAT(config, Contains("ra-param=br0,mtu:1450,600,9000\n") &&
                         Contains("dhcp-range=set:if0,fd00::5,static,64,infinite\n") &&
                         Contains("dhcp-option=tag:if0,option6:dns-server,[fd00::a]\n") &&
                         Contains("dhcp-option=tag:if0,option:dns-server,10.0.0.10\n") &&
                         Contains("dhcp-option=tag:if0,option6:domain-search,svc.example\n"));
  CHECK_THAT(config, !Contains("off-link") && !Contains("shared-network=br0,fd00"));
}

TEST_CASE("an IPv6 address without a prefix of its own is served beside one that nobody uses") {
  PodNetwork network;
  GuestInterface card{.mac = "02:00:00:00:00:01"};
  card.addresses = {{"fd00::5/128", "fe80::1"}, {"fd01::5/48", ""}};
  network.interfaces = {card};
  std::string config = DhcpConfig(Request(), network);
  CHECK_THAT(
      config,
      Contains("shared-network=br0,fd00::5\ndhcp-range=set:if0,fd00::5,static,128,infinite\n") &&
          Contains("shared-network=br0,fd01::5\n") &&
          Contains("dhcp-range=set:if0,fd63:7269:6d75:78::ffff,static,off-link,64,infinite\n") &&
          Contains("dhcp-host=02:00:00:00:00:01,id:*,[fd00::5],[fd01::5],web,infinite\n"));
  CHECK_THAT(config, !Contains("option:router") && !Contains("tag:if0,option:"));
}

TEST_CASE("no value of the pod breaks out of its line") {
  NetworkRequest request = Request();
  request.pod.hostname = "web\ndhcp-script=/bin/sh";
  request.dns.servers = {"1.2.3.4\ndhcp-script=/x", "1.2.3.4"};
  request.dns.searches = {"a.b\ndhcp-script=/x", "a,b", "a b", "ok.example"};
  std::string config = DhcpConfig(request, TwoCards());
  CHECK_THAT(config, !Contains("script") && !Contains("a,b") && !Contains("a b"));
  CHECK_THAT(config, Contains("option:dns-server,1.2.3.4\n") &&
                         Contains("option:domain-search,ok.example\n") &&
                         Contains("id:*,10.1.0.5,[fd00::5],infinite\n"));
}

TEST_CASE("it serves DHCP only, and reads nothing of the host's") {
  std::string config = DhcpConfig(Request(), TwoCards());
  for (const char* line : {"port=0\n", "no-hosts\n", "no-resolv\n", "bind-interfaces\n",
                           "dhcp-ignore=tag:!known\n", "pid-file=/w/dhcp.pid\n"}) {
    CHECK_THAT(config, Contains(line));
  }
}

}  // namespace
}  // namespace crimux::vm
