#include "vmruntime/network/binding/bridge_filter.h"

#include <fmt/format.h>

#include "vmruntime/network/binding/nft_words.h"
#include "vmruntime/network/link/ip.h"

namespace crimux::vm {
namespace {

std::string LeakRules6(const FilteredBridge& bridge, std::string_view match) {
  std::string rules;
  for (const std::string& cidr : bridge.server_addresses6) {
    Cidr address = ParseCidr(cidr);
    rules += fmt::format(R"(
    {1} "{0}" ip6 saddr {2} drop
    {1} "{0}" ip6 daddr {2} drop
    {1} "{0}" icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert }} @th,64,128 {3} drop
)",
                         bridge.outer_link, match, address.Address(), NftNumber(address));
  }
  return rules;
}

// What belongs to the pod's own DHCP server stays off the outer link. `match`: "iifname" or
// "oifname".
std::string LeakRules(const FilteredBridge& bridge, std::string_view match) {
  return fmt::format(R"(
    {2} "{0}" udp dport {{ 67, 68, 546, 547 }} drop
    {2} "{0}" arp daddr ip {1} drop
    {2} "{0}" arp saddr ip {1} drop
    {2} "{0}" ip daddr {1} drop
    {2} "{0}" ip saddr {1} drop
    {2} "{0}" icmpv6 type {{ nd-router-solicit, nd-router-advert }} drop
)",
                     bridge.outer_link, bridge.server_address, match) +
         LeakRules6(bridge, match);
}

std::string OwnWords(const FilteredBridge& bridge) {
  return fmt::format("    oifname \"{}\" ether saddr {} drop\n", bridge.outer_link, bridge.mac);
}

std::string ToServerRule(const FilteredBridge& bridge) {
  return fmt::format("    iifname \"{}\" udp dport 67 ether daddr set {} meta pkttype set host\n",
                     bridge.tap, bridge.mac);
}

std::string ToGatewayRule(const FilteredBridge& bridge) {
  if (bridge.router_mac.empty()) return "";
  std::string not_ours;
  for (const std::string& cidr : bridge.server_addresses6) {
    not_ours += fmt::format(" ip6 daddr != {}", ParseCidr(cidr).Address());
  }
  return fmt::format("    iifname \"{}\" ether daddr {}{} ether daddr set {}\n", bridge.tap,
                     bridge.mac, not_ours, bridge.router_mac);
}

}  // namespace

std::string BridgeFilterRules(const std::vector<FilteredBridge>& bridges) {
  std::string inbound;
  std::string outbound;
  for (const FilteredBridge& bridge : bridges) {
    inbound += LeakRules(bridge, "iifname") + ToServerRule(bridge) + ToGatewayRule(bridge);
    outbound += LeakRules(bridge, "oifname") + OwnWords(bridge);
  }
  return fmt::format(R"(table bridge crimux {{
  chain inbound {{
    type filter hook prerouting priority -300; policy accept;
{}  }}
  chain outbound {{
    type filter hook postrouting priority 0; policy accept;
{}  }}
}}
)",
                     inbound, outbound);
}

}  // namespace crimux::vm
