#include "vmruntime/guest/network_config.h"

#include <fmt/format.h>

#include <algorithm>

#include "vmruntime/network/link/ip.h"

namespace crimux::vm {
namespace {

using boost::json::array;
using boost::json::object;

array Texts(const std::vector<std::string>& texts) { return array(texts.begin(), texts.end()); }

// Whether an address of the interface has the gateway in its network.
bool IsOnLink(const GuestInterface& interface, const std::string& gateway) {
  return std::ranges::any_of(interface.addresses, [&](const GuestAddress& address) {
    Cidr network = ParseCidr(address.address);
    if (network.v6 != IsIpv6(gateway)) return false;
    Cidr other = ParseCidr(gateway);
    other.prefix = network.prefix;
    return other.Network() == network.Network();
  });
}

object Route(const GuestInterface& interface, const GuestRoute& route) {
  object entry{{"to", route.destination}};
  if (route.gateway.empty()) {
    entry["scope"] = "link";
    return entry;
  }
  entry["via"] = route.gateway;
  if (!IsOnLink(interface, route.gateway)) entry["on-link"] = true;
  return entry;
}

object Ethernet(const GuestInterface& interface, const std::string& name) {
  object entry{{"match", object{{"macaddress", interface.mac}}}, {"set-name", name}};
  entry["mtu"] = interface.mtu;
  array addresses;
  for (const GuestAddress& address : interface.addresses) addresses.emplace_back(address.address);
  if (!addresses.empty()) entry["addresses"] = std::move(addresses);
  array routes;
  for (const GuestRoute& route : RoutesOf(interface)) routes.push_back(Route(interface, route));
  if (!routes.empty()) entry["routes"] = std::move(routes);
  return entry;
}

object Nameservers(const DnsSettings& dns) {
  object entry;
  if (!dns.servers.empty()) entry["addresses"] = Texts(dns.servers);
  if (!dns.searches.empty()) entry["search"] = Texts(dns.searches);
  return entry;
}

}  // namespace

std::vector<GuestRoute> RoutesOf(const GuestInterface& interface) {
  std::vector<GuestRoute> routes = interface.routes;
  for (const GuestAddress& address : interface.addresses) {
    if (address.gateway.empty()) continue;
    std::string everywhere = IsIpv6(address.gateway) ? "::/0" : "0.0.0.0/0";
    bool known = std::ranges::any_of(
        routes, [&](const GuestRoute& route) { return route.destination == everywhere; });
    if (!known) routes.push_back({everywhere, address.gateway});
  }
  return routes;
}

object NetworkConfig(const std::vector<GuestInterface>& interfaces, const DnsSettings& dns) {
  object ethernets;
  for (size_t i = 0; i < interfaces.size(); ++i) {
    std::string name = fmt::format("eth{}", i);
    object entry = Ethernet(interfaces[i], name);
    object nameservers = i == 0 ? Nameservers(dns) : object();
    if (!nameservers.empty()) entry["nameservers"] = std::move(nameservers);
    ethernets[name] = std::move(entry);
  }
  return {{"version", 2}, {"ethernets", std::move(ethernets)}};
}

}  // namespace crimux::vm
