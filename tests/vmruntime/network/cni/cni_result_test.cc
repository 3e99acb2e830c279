#include "vmruntime/network/cni/cni_result.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/error.h"

namespace crimux::vm {
namespace {

using Strings = std::vector<std::string>;

CniResult Parse(const std::string& text) {
  return ParseCniResult(boost::json::parse(text).as_object(), "eth0");
}

TEST_CASE("the main interface's addresses are the pod's, in their order") {
  CniResult result = Parse(R"({
    "interfaces": [{"name": "cni0"}, {"name": "net1", "sandbox": "/n"},
                   {"name": "eth0", "sandbox": "/n"}, {"name": "lo", "sandbox": "/n"}],
    "ips": [{"address": "10.0.0.1/24", "interface": 1}, {"address": "10.0.0.5/24", "interface": 2},
            {"address": "fd00::5/64", "interface": 2}, {"address": "10.0.0.6/24"}]})");
  CHECK(result.interfaces == Strings{"eth0", "net1"});
  CHECK(result.ips == Strings{"10.0.0.5", "fd00::5", "10.0.0.6"});
}

TEST_CASE("an interface that is a PCI function comes with all that the result says of it") {
  CniResult result = Parse(R"({
    "interfaces": [{"name": "eth0", "sandbox": "/n"},
                   {"name": "net1", "sandbox": "/n", "mac": "02:00:00:00:00:07", "mtu": 9000,
                    "pciID": "0000:3b:02.1"}],
    "ips": [{"address": "10.0.0.5/24", "interface": 0},
            {"address": "10.1.0.5/24", "gateway": "10.1.0.1", "interface": 1}],
    "routes": [{"dst": "0.0.0.0/0"}, {"dst": "10.7.0.0/16", "gw": "10.1.0.9"}]})");
  CHECK(result.interfaces == Strings{"eth0", "net1"});
  CHECK(result.ips == Strings{"10.0.0.5"});
  REQUIRE(result.cards.size() == 2);
  CHECK_FALSE(result.cards[0].IsDevice());
  CHECK(result.cards[0].mtu == 0);
  const GuestInterface& card = result.cards[1];
  CHECK(card.name == "net1");
  CHECK(card.pci == "0000:3b:02.1");
  CHECK(card.mac == "02:00:00:00:00:07");
  CHECK(card.mtu == 9000);
  REQUIRE(card.addresses.size() == 1);
  CHECK(card.addresses[0].address == "10.1.0.5/24");
  CHECK(card.addresses[0].gateway == "10.1.0.1");
  REQUIRE(card.routes.size() == 1);
  CHECK(card.routes[0].gateway == "10.1.0.9");
}

TEST_CASE("a main interface that is a PCI function has the routes without a gateway of their own") {
  CniResult result = Parse(R"({
    "interfaces": [{"name": "eth0", "sandbox": "/n", "pciID": "0000:3b:02.1"}],
    "ips": [{"address": "10.1.0.5/24", "gateway": "10.1.0.1"}], "routes": [{"dst": "0.0.0.0/0"}]})");
  REQUIRE(result.cards.size() == 1);
  REQUIRE(result.cards[0].routes.size() == 1);
  CHECK(result.cards[0].routes[0].destination == "0.0.0.0/0");
  CHECK(result.cards[0].routes[0].gateway == "10.1.0.1");
}

TEST_CASE("an interface with a socket's path is a vhost-user socket of a switch") {
  CniResult result = Parse(R"({
    "interfaces": [{"name": "eth0", "sandbox": "/n", "socketPath": "/run/switch/p1"}],
    "ips": [{"address": "10.1.0.5/24"}]})");
  REQUIRE(result.cards.size() == 1);
  CHECK(result.cards[0].vhost_socket == "/run/switch/p1");
  CHECK_FALSE(result.cards[0].vhost_server);
}

TEST_CASE("a result that lists no interfaces means the one that was asked for") {
  CniResult result = Parse(R"({"ips": [{"address": "10.0.0.5/24", "gateway": "10.0.0.1"}]})");
  CHECK(result.interfaces == Strings{"eth0"});
  REQUIRE(result.cards.size() == 1);
  CHECK(result.cards[0].name == "eth0");
  REQUIRE(result.cards[0].addresses.size() == 1);
  CHECK(result.cards[0].addresses[0].gateway == "10.0.0.1");
}

TEST_CASE("what a result tells of the interface that was asked for") {
  auto told = [](const std::string& text) {
    return ToldCard(boost::json::parse(text).as_object(), "net1");
  };
  GuestInterface card = told(R"({
    "interfaces": [{"name": "net1"}, {"name": "net1", "sandbox": "/n", "mac": "02:00:00:00:00:07"}],
    "ips": [{"address": "10.1.0.1/24", "interface": 0}, {"address": "10.1.0.5/24", "interface": 1},
            {"address": "10.1.0.6/24"}]})");
  CHECK(card.mac == "02:00:00:00:00:07");
  REQUIRE(card.addresses.size() == 2);
  CHECK(card.addresses[0].address == "10.1.0.5/24");
  CHECK(told("{}").name == "net1");
  CHECK(told(R"({"ips": [{"address": "10.1.0.5/24"}]})").addresses.size() == 1);
}

TEST_CASE("a result without a usable address is an error") {
  auto text = GENERATE(R"({})", R"({"ips": []})", R"({"ips": 7})", R"({"ips": [7]})",
                       R"({"ips": [{"address": "nonsense/24"}]})",
                       R"({"interfaces": [{"name": "eth0", "sandbox": "/n"}],
          "ips": [{"address": "10.0.0.5/24", "interface": 3}]})",
                       R"({"interfaces": [{"name": "eth0", "sandbox": "/n"}],
          "ips": [{"address": "10.0.0.5/24", "interface": -1}]})");
  CHECK_THROWS_AS(Parse(text), Error);
}

}  // namespace
}  // namespace crimux::vm
