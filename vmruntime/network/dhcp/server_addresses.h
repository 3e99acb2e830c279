#pragma once

#include <string>
#include <vector>

#include "vmruntime/network/link/ip.h"
#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// The addresses under which the pod's DHCP server is known to the guest, on bridge number `index`.
// Nobody beyond the bridge hears of them.

// For DHCPv4, without prefix length.
std::string ServerAddress(int index);

// The bridge's own of the link, as CIDR.
std::string ServerLinkLocal(int index);

// For DHCPv6 and router advertisements, as CIDR: one of the link, and one in each of the card's
// prefixes, without which no router may advertise it: the subnet's anycast address (RFC 4291,
// 2.6.1), which is no host's. With no such prefix there is one of a prefix that the guest is told
// of, but not to use. Empty for a card without IPv6 addresses.
std::vector<std::string> ServerAddresses6(const GuestInterface& card, int index);

// Whether the guest is told that this prefix is on its link. A shorter one than /64 no server of
// DHCPv6 takes, and a host address is no prefix.
bool IsAdvertised(const Cidr& cidr);

// A prefix (/64, without that) that stands in for one, see ServerAddresses6.
inline constexpr const char* kUnusedPrefix = "fd63:7269:6d75:78::";

}  // namespace crimux::vm
