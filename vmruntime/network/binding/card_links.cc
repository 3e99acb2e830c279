#include "vmruntime/network/binding/card_links.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/fault_point.h"
#include "vmruntime/network/binding/bridge_filter.h"
#include "vmruntime/network/binding/guest_links.h"
#include "vmruntime/network/binding/macvtap_filter.h"
#include "vmruntime/network/binding/macvtap_links.h"
#include "vmruntime/network/binding/masquerade_links.h"
#include "vmruntime/network/binding/masquerade_rules.h"
#include "vmruntime/network/binding/nft.h"
#include "vmruntime/network/dhcp/dhcp_config.h"
#include "vmruntime/network/dhcp/server_addresses.h"
#include "vmruntime/network/link/link_names.h"
#include "vmruntime/network/link/netlink.h"

namespace crimux::vm {
namespace {

bool IsFilteredMacvtap(const GuestInterface& card) {
  return !card.IsDevice() && card.binding == NicBinding::kMacvtap && HasDhcp(card);
}

bool IsBridged(const GuestInterface& card) {
  return !card.IsDevice() && card.binding == NicBinding::kBridge;
}

FilteredBridge FilterOf(Netlink& netlink, const GuestInterface& card, int index) {
  std::optional<Link> bridge = netlink.Find(BridgeName(index));
  if (!bridge) throw Error(grpc::INTERNAL, "look up link", BridgeName(index), "no such link");
  return {.outer_link = card.name,
          .tap = card.tap,
          .mac = bridge->mac,
          .server_address = ServerAddress(index),
          .server_addresses6 = ServerAddresses6(card, index),
          .router_mac = card.router_mac};
}

// Of all cards, as nft takes them. The namespace is new and has no such table: to delete one first
// would have nft wait for the kernel to be done with it, some 10 ms.
struct CardRules {
  std::string text;
  bool filters_macvtaps = false;
};

CardRules RulesFor(const std::vector<GuestInterface>& cards) {
  Netlink netlink;
  std::vector<FilteredBridge> bridges;
  std::vector<FilteredMacvtap> macvtaps;
  bool masquerades = false;
  for (size_t i = 0; i < cards.size(); ++i) {
    const GuestInterface& card = cards[i];
    int index = static_cast<int>(i);
    if (IsBridged(card)) bridges.push_back(FilterOf(netlink, card, index));
    if (IsFilteredMacvtap(card)) {
      macvtaps.push_back({.card = FilterOf(netlink, card, index),
                          .server_link = BridgeName(index),
                          .guest_mac = card.mac});
    }
    masquerades = masquerades || card.binding == NicBinding::kMasquerade;
  }
  CardRules rules{.filters_macvtaps = !macvtaps.empty()};
  if (!bridges.empty()) rules.text += BridgeFilterRules(bridges);
  if (!macvtaps.empty()) rules.text += MacvtapFilterRules(macvtaps);
  if (masquerades) rules.text += MasqueradeRules(cards);
  return rules;
}

void ApplyRules(const std::vector<GuestInterface>& cards) {
  CardRules rules = RulesFor(cards);
  if (rules.text.empty()) return;
  try {
    ApplyNftRules(rules.text);
  } catch (const Error& e) {
    if (!rules.filters_macvtaps) throw;
    throw Error(grpc::FAILED_PRECONDITION, "filter", "macvtaps",
                fmt::format("{} (a macvtap of mode bridge needs Linux 5.16; the others, which have "
                            "no DHCP, don't)",
                            e.what()));
  }
  FaultPoint("run-pod.links-filtered");
}

void Start(const GuestInterface& card, int index) {
  if (card.IsDevice()) return;
  switch (card.binding) {
    case NicBinding::kBridge:
      return StartGuestLinks(card, index);
    case NicBinding::kMasquerade:
      return StartMasqueradeLinks(card, index);
    case NicBinding::kMacvtap:
      return StartMacvtapLinks(card, index);
  }
}

}  // namespace

GuestInterface BuildCard(const std::string& link, int index, uid_t tap_owner, NicBinding binding,
                         const NicRequest& nic, PrivateNetworks& networks) {
  switch (binding) {
    case NicBinding::kBridge:
      return BuildGuestLinks(link, index, tap_owner, nic);
    case NicBinding::kMasquerade:
      return BuildMasqueradeLinks(link, index, tap_owner, nic, networks);
    case NicBinding::kMacvtap:
      return BuildMacvtapLinks(link, index, nic);
  }
  throw Error(grpc::INTERNAL, "bind interface", link, "no such binding");
}

void StartCards(const std::vector<GuestInterface>& cards) {
  ApplyRules(cards);
  for (size_t i = 0; i < cards.size(); ++i) Start(cards[i], static_cast<int>(i));
}

}  // namespace crimux::vm
