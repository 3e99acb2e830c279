#include "vmruntime/network/dhcp/dhcp6_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "vmruntime/network/dhcp/dhcp_values.h"
#include "vmruntime/network/dhcp/server_addresses.h"
#include "vmruntime/network/link/ip.h"
#include "vmruntime/network/link/link_names.h"

namespace crimux::vm {
namespace {

// Seconds: between two advertisements that nobody asked for, and how long a router is one.
constexpr int kAdvertisementInterval = 600;
constexpr int kRouterLifetime = 9000;  // the most that there is

std::vector<Cidr> Addresses6(const GuestInterface& card) {
  std::vector<Cidr> addresses;
  for (const GuestAddress& address : card.addresses) {
    Cidr cidr = ParseCidr(address.address);
    if (cidr.v6) addresses.push_back(cidr);
  }
  return addresses;
}

// One that isn't advertised belongs to no address of the bridge; it is told apart as a host's.
std::string Range(const Cidr& cidr, const std::string& bridge, const std::string& tag) {
  std::string shared;
  if (!IsAdvertised(cidr)) shared = fmt::format("shared-network={},{}\n", bridge, cidr.Address());
  return shared + fmt::format("dhcp-range=set:{},{},static,{},infinite\n", tag, cidr.Address(),
                              IsAdvertised(cidr) ? cidr.prefix : cidr.Bits());
}

// Without a prefix dnsmasq would not advertise anything.
std::string UnusedRange(const std::string& tag) {
  return fmt::format("dhcp-range=set:{},{}ffff,static,off-link,64,infinite\n", tag, kUnusedPrefix);
}

std::string Option(const std::string& tag, const char* name, const std::string& value) {
  return fmt::format("dhcp-option=tag:{},option6:{}{}{}\n", tag, name, value.empty() ? "" : ",",
                     value);
}

std::string Names(const std::string& tag, const DnsSettings& dns) {
  std::vector<std::string> servers;
  for (const std::string& server : UsableServers(dns, true)) servers.push_back("[" + server + "]");
  // Without value none is sent, where dnsmasq would send its own address.
  std::string lines = Option(tag, "dns-server", fmt::format("{}", fmt::join(servers, ",")));
  std::vector<std::string> searches = UsableSearches(dns);
  if (searches.empty()) return lines;
  return lines + Option(tag, "domain-search", fmt::format("{}", fmt::join(searches, ",")));
}

}  // namespace

std::string Dhcp6Lines(const GuestInterface& card, int index, const DnsSettings& dns) {
  std::vector<Cidr> addresses = Addresses6(card);
  if (addresses.empty()) return "";
  const std::string bridge = BridgeName(index);
  const std::string tag = fmt::format("if{}", index);
  std::string lines =
      fmt::format("enable-ra\nra-param={},mtu:{},{},{}\n", bridge, card.mtu, kAdvertisementInterval,
                  card.router_mac.empty() ? 0 : kRouterLifetime);
  bool advertised = false;
  for (const Cidr& cidr : addresses) {
    lines += Range(cidr, bridge, tag);
    advertised = advertised || IsAdvertised(cidr);
  }
  if (!advertised) lines += UnusedRange(tag);
  return lines + Names(tag, dns);
}

std::string Dhcp6Addresses(const GuestInterface& card) {
  std::vector<std::string> texts;
  for (const Cidr& cidr : Addresses6(card)) texts.push_back(fmt::format("[{}]", cidr.Address()));
  return fmt::format("{}", fmt::join(texts, ","));
}

}  // namespace crimux::vm
