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
};

// nftables rules for the bridges of a pod's namespace. They keep DHCP, router advertisements and
// everything about the server's address off the outer link, both ways, and bring all the guest's
// DHCP requests to our server, also those that a renewing guest addresses to its gateway.
std::string BridgeFilterRules(const std::vector<FilteredBridge>& bridges);

// Replaces the rules of the calling thread's namespace, all at once. Throws Error.
void ApplyBridgeFilter(const std::vector<FilteredBridge>& bridges);

}  // namespace crimux::vm
