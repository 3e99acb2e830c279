#include "vmruntime/network/binding/private_network.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace crimux::vm {
namespace {

// Prefixes of networks, and what stands between the number of one and its hosts'.
struct Family {
  std::vector<std::string> stems;
  const char* rest;
  int prefix;
};

const Family& FamilyOf(bool v6) {
  static const Family kV4{.stems = {"10.0.", "172.31.", "192.168."}, .rest = ".", .prefix = 30};
  static const Family kV6{.stems = {"fd10:0:", "fd63:7269:"}, .rest = "::", .prefix = 120};
  return v6 ? kV6 : kV4;
}

constexpr int kFirst = 2;
constexpr int kLast = 250;
// How far around an address of the pod's everything is its cluster's.
constexpr int kNear4 = 16;
constexpr int kNear6 = 48;

}  // namespace

PrivateNetworks::PrivateNetworks(Netlink& netlink, const DnsSettings& dns) {
  for (const Link& link : netlink.Links()) {
    for (const std::string& address : netlink.Addresses(link.name)) AvoidAround(address);
    for (const LinkRoute& route : netlink.Routes(link.name)) {
      if (ParseCidr(route.destination).prefix > 0) taken_.push_back(ParseCidr(route.destination));
      if (!route.gateway.empty()) AvoidAround(route.gateway);
    }
  }
  for (const std::string& server : dns.servers) {
    if (IsIp(server)) AvoidAround(server);
  }
}

void PrivateNetworks::AvoidAround(const std::string& address) {
  Cidr around = ParseCidr(address);
  around.prefix = std::min(around.prefix, around.v6 ? kNear6 : kNear4);
  taken_.push_back(around);
}

bool PrivateNetworks::TakeIfFree(const std::string& network) {
  Cidr cidr = ParseCidr(network);
  if (std::ranges::any_of(taken_, [&](const Cidr& other) { return Overlap(cidr, other); })) {
    return false;
  }
  taken_.push_back(cidr);
  return true;
}

PrivateNetwork PrivateNetworks::Take(bool v6) {
  const Family& family = FamilyOf(v6);
  for (const std::string& stem : family.stems) {
    for (int number = kFirst; number <= kLast; ++number) {
      auto host = [&](int n) {
        return fmt::format("{}{}{}{}/{}", stem, number, family.rest, n, family.prefix);
      };
      if (TakeIfFree(host(0))) return {.gateway = host(1), .guest = host(2)};
    }
  }
  throw Error(grpc::FAILED_PRECONDITION, "choose a private network of", v6 ? "IPv6" : "IPv4",
              "the pod's own networks overlap with all that there are");
}

}  // namespace crimux::vm
