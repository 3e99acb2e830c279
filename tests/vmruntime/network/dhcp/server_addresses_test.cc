#include "vmruntime/network/dhcp/server_addresses.h"

#include <catch2/catch.hpp>

namespace crimux::vm {
namespace {

using Strings = std::vector<std::string>;

Strings Of(const Strings& addresses) {
  GuestInterface card;
  for (const std::string& address : addresses) card.addresses.push_back({address, ""});
  return ServerAddresses6(card, 1);
}

TEST_CASE("the server has an address in each prefix of the guest, once") {
  CHECK(Of({"10.0.0.5/24"}).empty());
  CHECK(Of({"fd00::5/64", "fd00::6/64", "10.0.0.5/24", "fd01:0:0:0:1::5/80"}) ==
        Strings{"fe80::6372:696d:7578:2/64", "fd00::/64", "fd01::1:0:0:0/80"});
}

TEST_CASE("without a prefix that can be advertised it has one of its own") {
  auto addresses = GENERATE(Strings{"fd00::5/128"}, Strings{"fd00::5/127"}, Strings{"fd00::5/63"});
  CHECK(Of(addresses) == Strings{"fe80::6372:696d:7578:2/64", "fd63:7269:6d75:78::/64"});
}

}  // namespace
}  // namespace crimux::vm
