#pragma once

#include <string>

#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// dnsmasq's lines for DHCPv6 and router advertisements on the bridge of card number `index`; empty
// for a card without IPv6. Advertisements tell the guest to ask for its addresses, of the MTU, of
// resolvers, of the prefixes that are on its link, and, if the card has a gateway that answers, of
// a router: the server itself (see bridge_filter.h). Other routes DHCPv6 has no words for.
std::string Dhcp6Lines(const GuestInterface& card, int index, const DnsSettings& dns);

// Its addresses as dhcp-host has them: "[fd00::5],[fd00:1::5]".
std::string Dhcp6Addresses(const GuestInterface& card);

}  // namespace crimux::vm
