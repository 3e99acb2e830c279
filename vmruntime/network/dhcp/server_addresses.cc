#include "vmruntime/network/dhcp/server_addresses.h"

#include <fmt/format.h>

#include <algorithm>

namespace crimux::vm {

std::string ServerAddress(int index) { return fmt::format("169.254.75.{}", 67 + index); }

std::string ServerLinkLocal(int index) {
  return fmt::format("fe80::6372:696d:7578:{:x}/64", index + 1);
}

bool IsAdvertised(const Cidr& cidr) { return cidr.v6 && cidr.prefix >= 64 && cidr.prefix < 127; }

std::vector<std::string> ServerAddresses6(const GuestInterface& card, int index) {
  std::vector<std::string> addresses;
  bool has_v6 = false;
  for (const GuestAddress& address : card.addresses) {
    Cidr cidr = ParseCidr(address.address);
    has_v6 = has_v6 || cidr.v6;
    if (!IsAdvertised(cidr)) continue;
    std::string anycast = cidr.Network();
    if (std::ranges::find(addresses, anycast) == addresses.end()) addresses.push_back(anycast);
  }
  if (!has_v6) return {};
  if (addresses.empty()) addresses.push_back(fmt::format("{}/64", kUnusedPrefix));
  addresses.insert(addresses.begin(), ServerLinkLocal(index));
  return addresses;
}

}  // namespace crimux::vm
