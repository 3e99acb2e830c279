#include "vmruntime/network/bridge_filter.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/process.h"

namespace crimux::vm {
namespace {

// What belongs to the pod's own DHCP server stays off the outer link. `match`: "iifname" or
// "oifname".
std::string LeakRules(const FilteredBridge& bridge, std::string_view match) {
  return fmt::format(R"(
    {2} "{0}" udp dport {{ 67, 68, 546, 547 }} drop
    {2} "{0}" arp daddr ip {1} drop
    {2} "{0}" arp saddr ip {1} drop
    {2} "{0}" icmpv6 type {{ nd-router-solicit, nd-router-advert }} drop
)",
                     bridge.outer_link, bridge.server_address, match);
}

std::string ToServerRule(const FilteredBridge& bridge) {
  return fmt::format("    iifname \"{}\" udp dport 67 ether daddr set {} meta pkttype set host\n",
                     bridge.tap, bridge.mac);
}

}  // namespace

std::string BridgeFilterRules(const std::vector<FilteredBridge>& bridges) {
  std::string inbound;
  std::string outbound;
  for (const FilteredBridge& bridge : bridges) {
    inbound += LeakRules(bridge, "iifname") + ToServerRule(bridge);
    outbound += LeakRules(bridge, "oifname");
  }
  return fmt::format(R"(add table bridge crimux
delete table bridge crimux
table bridge crimux {{
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

void ApplyBridgeFilter(const std::vector<FilteredBridge>& bridges) {
  ProcessResult result =
      RunProcess({.argv = {"nft", "-f", "-"}, .input = BridgeFilterRules(bridges)});
  if (!result.Succeeded()) {
    throw Error(grpc::INTERNAL, "apply bridge filter", "nft", result.Failure());
  }
}

}  // namespace crimux::vm
