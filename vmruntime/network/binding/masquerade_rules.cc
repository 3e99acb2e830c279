#include "vmruntime/network/binding/masquerade_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "vmruntime/network/link/ip.h"
#include "vmruntime/network/link/link_names.h"

namespace crimux::vm {
namespace {

bool IsMasqueraded(const GuestInterface& card) { return card.binding == NicBinding::kMasquerade; }

// nft's word for the family.
const char* Word(const Cidr& address) { return address.v6 ? "ip6" : "ip"; }

// The lines of one card in each chain.
struct ChainRules {
  std::string inbound;   // to the pod's addresses
  std::string outbound;  // from the guest
  std::string forward_in;
  std::string forward_out;
};

ChainRules RulesOf(const GuestInterface& card, const std::string& bridge) {
  ChainRules rules;
  rules.forward_in = fmt::format(
      "    oifname \"{0}\" ct status dnat accept\n"
      "    oifname \"{0}\" drop\n",
      bridge);
  for (const GuestAddress& address : card.addresses) {
    Cidr guest = ParseCidr(address.address);
    const char* family = Word(guest);
    for (const std::string& text : card.pod_addresses) {
      Cidr pod = ParseCidr(text);
      if (pod.v6 != guest.v6) continue;
      rules.inbound += fmt::format("    {0} daddr {1} dnat {0} to {2}\n", family, pod.Address(),
                                   guest.Address());
    }
    rules.outbound += fmt::format("    {} saddr {} masquerade\n", family, guest.Address());
    rules.forward_out +=
        fmt::format("    iifname \"{}\" {} saddr {} accept\n", bridge, family, guest.Address());
  }
  return rules;
}

}  // namespace

std::string MasqueradeRules(const std::vector<GuestInterface>& cards) {
  ChainRules all;
  for (size_t i = 0; i < cards.size(); ++i) {
    if (!IsMasqueraded(cards[i])) continue;
    ChainRules rules = RulesOf(cards[i], BridgeName(static_cast<int>(i)));
    all.inbound += rules.inbound;
    all.outbound += rules.outbound;
    all.forward_in += rules.forward_in;
    all.forward_out += rules.forward_out;
  }
  return fmt::format(R"(table inet crimux {{
  chain inbound {{
    type nat hook prerouting priority -100; policy accept;
{0}  }}
  chain own {{
    type nat hook output priority -100; policy accept;
{0}  }}
  chain outbound {{
    type nat hook postrouting priority 100; policy accept;
{1}  }}
  chain forward {{
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
{2}{3}  }}
}}
)",
                     all.inbound, all.outbound, all.forward_in, all.forward_out);
}

}  // namespace crimux::vm
