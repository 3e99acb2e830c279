#include "vmruntime/network/link/ip.h"

#include <catch2/catch.hpp>

#include "base/error.h"

namespace crimux::vm {
namespace {

TEST_CASE("an address with its prefix length is parsed and printed") {
  Cidr v4 = ParseCidr("10.88.3.5/20");
  CHECK(v4.Address() == "10.88.3.5");
  CHECK(v4.Text() == "10.88.3.5/20");
  CHECK(v4.Network() == "10.88.0.0/20");
  CHECK(v4.Netmask() == "255.255.240.0");
  CHECK(ParseCidr("10.0.0.1").Text() == "10.0.0.1/32");
  CHECK(ParseCidr("0.0.0.0/0").Netmask() == "0.0.0.0");
  Cidr v6 = ParseCidr("fd00:1::5/64");
  CHECK(v6.v6);
  CHECK(v6.Network() == "fd00:1::/64");
  CHECK(ParseCidr("::/0").prefix == 0);
}

TEST_CASE("what is no address is refused") {
  for (const char* text : {"", "10.0.0", "10.0.0.1/33", "10.0.0.1/", "10.0.0.1/x", "10.0.0.1/-1",
                           "fd00::/129", "fd00:::1", "10.0.0.1/24 ", "host"}) {
    CHECK_THROWS_AS(ParseCidr(text), Error);
  }
  CHECK(IsIp("10.0.0.1"));
  CHECK(IsIp("::1"));
  CHECK_FALSE(IsIp("10.0.0.1/8"));
  CHECK_FALSE(IsIp("1.2.3.4\n"));
}

}  // namespace
}  // namespace crimux::vm
