#include "vmruntime/network/dhcp_config.h"

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
  CHECK_THAT(config, Contains("dhcp-host=02:00:00:00:00:01,id:*,10.1.0.5,web,infinite\n") &&
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

TEST_CASE("no value of the pod breaks out of its line") {
  NetworkRequest request = Request();
  request.pod.hostname = "web\ndhcp-script=/bin/sh";
  request.dns.servers = {"1.2.3.4\ndhcp-script=/x", "1.2.3.4"};
  request.dns.searches = {"a.b\ndhcp-script=/x", "a,b", "a b", "ok.example"};
  std::string config = DhcpConfig(request, TwoCards());
  CHECK_THAT(config, !Contains("script") && !Contains("a,b") && !Contains("a b"));
  CHECK_THAT(config, Contains("option:dns-server,1.2.3.4\n") &&
                         Contains("option:domain-search,ok.example\n") &&
                         Contains("id:*,10.1.0.5,infinite\n"));
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
