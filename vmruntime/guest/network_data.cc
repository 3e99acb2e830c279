#include <fmt/format.h>

#include "vmruntime/guest/network_config.h"
#include "vmruntime/network/link/ip.h"

namespace crimux::vm {
namespace {

using boost::json::array;
using boost::json::object;

// Of either family; Cidr has it for IPv4.
std::string Mask(const Cidr& cidr) {
  Cidr ones = cidr;
  ones.bytes.fill(0xff);
  std::string network = ones.Network();
  return network.substr(0, network.find('/'));
}

object Route(const GuestRoute& route) {
  Cidr destination = ParseCidr(route.destination);
  std::string nobody = destination.v6 ? "::" : "0.0.0.0";
  return {{"network", destination.Address()},
          {"netmask", Mask(destination)},
          {"gateway", route.gateway.empty() ? nobody : route.gateway}};
}

array Routes(const GuestInterface& interface, bool v6) {
  array routes;
  for (const GuestRoute& route : RoutesOf(interface)) {
    if (IsIpv6(route.destination) == v6) routes.push_back(Route(route));
  }
  return routes;
}

// The routes of a family go with its first address.
void AddNetworks(array& networks, const GuestInterface& interface, const std::string& link) {
  bool has_routes[2] = {false, false};
  for (const GuestAddress& address : interface.addresses) {
    Cidr cidr = ParseCidr(address.address);
    object entry{{"id", fmt::format("network{}", networks.size())},
                 {"link", link},
                 {"type", cidr.v6 ? "ipv6" : "ipv4"},
                 {"ip_address", cidr.Address()},
                 {"netmask", Mask(cidr)}};
    entry["routes"] = has_routes[cidr.v6 ? 1 : 0] ? array() : Routes(interface, cidr.v6);
    has_routes[cidr.v6 ? 1 : 0] = true;
    networks.push_back(std::move(entry));
  }
}

// OpenStack has no place for search domains; cloud-init takes them from a network, and then wants
// to find the servers there, too.
void AddDns(object& network, const DnsSettings& dns) {
  if (dns.searches.empty()) return;
  network["dns_search"] = array(dns.searches.begin(), dns.searches.end());
  network["dns_nameservers"] = array(dns.servers.begin(), dns.servers.end());
}

array Services(const DnsSettings& dns) {
  array services;
  for (const std::string& server : dns.servers) {
    services.push_back(object{{"type", "dns"}, {"address", server}});
  }
  return services;
}

}  // namespace

object NetworkData(const std::vector<GuestInterface>& interfaces, const DnsSettings& dns) {
  array links;
  array networks;
  for (size_t i = 0; i < interfaces.size(); ++i) {
    std::string link = fmt::format("eth{}", i);
    links.push_back(object{{"id", link},
                           {"type", "phy"},
                           {"ethernet_mac_address", interfaces[i].mac},
                           {"mtu", interfaces[i].mtu}});
    AddNetworks(networks, interfaces[i], link);
  }
  if (!networks.empty()) AddDns(networks.front().get_object(), dns);
  return {
      {"links", std::move(links)}, {"networks", std::move(networks)}, {"services", Services(dns)}};
}

}  // namespace crimux::vm
