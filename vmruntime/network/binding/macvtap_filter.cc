#include "vmruntime/network/binding/macvtap_filter.h"

#include <fmt/format.h>

#include "vmruntime/network/binding/nft_words.h"
#include "vmruntime/network/link/ip.h"

namespace crimux::vm {
namespace {

// From the guest.
std::string Egress(const FilteredMacvtap& macvtap) {
  const FilteredBridge& card = macvtap.card;
  std::string servers6;
  std::string rules;
  for (const std::string& cidr : card.server_addresses6) {
    Cidr address = ParseCidr(cidr);
    servers6 += fmt::format(" ip6 daddr != {}", address.Address());
    rules += fmt::format(
        "    icmpv6 type nd-neighbor-solicit @th,64,128 {} ether daddr set {} accept\n"
        "    icmpv6 type nd-neighbor-advert @th,64,128 {} drop\n",
        NftNumber(address), card.mac, NftNumber(address));
  }
  if (!card.router_mac.empty()) {
    rules += fmt::format("    ether daddr {}{} ether daddr set {} accept\n", card.mac, servers6,
                         card.router_mac);
  }
  return fmt::format(R"(
    udp dport {{ 67, 547 }} ether daddr set {0} accept
    udp dport {{ 68, 546 }} drop
    icmpv6 type nd-router-solicit ether daddr set {0} accept
    icmpv6 type nd-router-advert drop
    ip daddr {1} ether daddr set {0} accept
    arp daddr ip {1} ether daddr set {0} accept
    arp saddr ip {1} drop
)",
                     card.mac, card.server_address) +
         rules;
}

// To the guest.
std::string Ingress(const FilteredMacvtap& macvtap) {
  const FilteredBridge& card = macvtap.card;
  std::string rules = fmt::format(R"(
    ether saddr {0} accept
    udp dport {{ 67, 68, 546, 547 }} drop
    icmpv6 type {{ nd-router-solicit, nd-router-advert }} drop
    ip saddr {1} drop
    arp saddr ip {1} drop
    arp daddr ip {1} drop
)",
                                  card.mac, card.server_address);
  for (const std::string& cidr : card.server_addresses6) {
    rules += fmt::format(
        "    icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert }} @th,64,128 {} drop\n",
        NftNumber(ParseCidr(cidr)));
  }
  return rules;
}

std::string Chain(const std::string& hook, const std::string& link, const std::string& rules) {
  return fmt::format(
      "  chain {0}-{1} {{\n    type filter hook {1} device \"{0}\" priority 0; policy accept;\n"
      "{2}  }}\n",
      link, hook, rules);
}

}  // namespace

std::string MacvtapFilterRules(const std::vector<FilteredMacvtap>& cards) {
  std::string chains;
  for (const FilteredMacvtap& macvtap : cards) {
    const std::string& tap = macvtap.card.tap;
    const std::string& server = macvtap.server_link;
    chains += Chain("egress", tap, Egress(macvtap));
    chains += Chain("ingress", tap, Ingress(macvtap));
    chains += Chain("egress", server, fmt::format("    ether daddr set {}\n", macvtap.guest_mac));
    chains +=
        Chain("ingress", server, fmt::format("    ether saddr != {} drop\n", macvtap.guest_mac));
  }
  return fmt::format("table netdev crimux {{\n{}}}\n", chains);
}

}  // namespace crimux::vm
