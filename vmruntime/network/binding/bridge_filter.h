#pragma once

#include <string>
#include <vector>

namespace crimux::vm {

// One bridge between a pod interface and a VM.
struct FilteredBridge {
  std::string outer_link;      // "eth0"
  std::string tap;             // "tap0"
  std::string mac;             // of the bridge itself
  std::string server_address;  // of our DHCP server
  // The same for IPv6, as CIDR; none without it.
  std::vector<std::string> server_addresses6;
  // Of the IPv6 gateway; empty: none.
  std::string router_mac;
};

// nftables rules for the bridges of a pod's namespace. They keep DHCP, router advertisements,
// everything about the server's addresses, and whatever else the bridge itself has to say off the
// outer link, both ways; and bring all the guest's DHCP requests to our server, also those that a
// renewing guest addresses to its gateway. Who advertises a router is taken for it, so what a guest
// sends on over our server goes to the gateway instead, as a frame, past the kernel.
std::string BridgeFilterRules(const std::vector<FilteredBridge>& bridges);

}  // namespace crimux::vm
