#include "vmruntime/network/link/guest_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "vmruntime/network/link/ip.h"

namespace crimux::vm {
namespace {

bool IsDefault(const LinkRoute& route) {
  return route.destination == "0.0.0.0/0" || route.destination == "::/0";
}

bool HasOnLinkRoute(const std::vector<LinkRoute>& routes, const std::string& network) {
  return std::any_of(routes.begin(), routes.end(), [&](const LinkRoute& route) {
    return route.gateway.empty() && route.destination == network;
  });
}

std::string DefaultGateway(const std::vector<LinkRoute>& routes, bool v6) {
  for (const LinkRoute& route : routes) {
    if (IsDefault(route) && IsIpv6(route.destination) == v6) return route.gateway;
  }
  return "";
}

// On the link first, then from narrow to wide.
std::pair<bool, int> RouteRank(const GuestRoute& route) {
  return {!route.gateway.empty(), -ParseCidr(route.destination).prefix};
}

}  // namespace

GuestInterface ReadGuestInterface(Netlink& netlink, const Link& link) {
  GuestInterface guest{.mac = link.mac, .mtu = link.mtu};
  std::vector<LinkRoute> routes = netlink.Routes(link.name);
  std::vector<std::string> implied;
  for (const std::string& address : netlink.Addresses(link.name)) {
    Cidr cidr = ParseCidr(address);
    implied.push_back(cidr.Network());
    if (!HasOnLinkRoute(routes, cidr.Network())) cidr.prefix = cidr.Bits();
    guest.addresses.push_back({cidr.Text(), DefaultGateway(routes, IsIpv6(address))});
  }
  for (LinkRoute& route : routes) {
    bool is_implied = route.gateway.empty() &&
                      std::find(implied.begin(), implied.end(), route.destination) != implied.end();
    if (!is_implied) guest.routes.push_back({route.destination, route.gateway});
  }
  std::stable_sort(guest.routes.begin(), guest.routes.end(),
                   [](const auto& a, const auto& b) { return RouteRank(a) < RouteRank(b); });
  return guest;
}

uint32_t MtuFor(const NicRequest& nic, const std::string& interface, uint32_t most) {
  if (nic.mtu <= most) return nic.mtu == 0 ? most : nic.mtu;
  throw Error(grpc::INVALID_ARGUMENT, "hand over interface", interface,
              fmt::format("the pod asks for an MTU of {}; it has {}", nic.mtu, most));
}

}  // namespace crimux::vm
