#pragma once

#include <string>
#include <vector>

#include "vmruntime/network/binding/bridge_filter.h"

namespace crimux::vm {

// nftables rules for macvtaps of mode bridge and the DHCP servers beside them. A guest's words to
// the server are addressed to its MAC, and all that the server says to the guest's, so that they
// pass from the one to the other above the link that both are on. Everything else about DHCP and
// router advertisements is dropped, both ways. As with a bridge (bridge_filter.h), what a guest
// sends on over the server goes to the gateway. The hooks are there since Linux 5.16. `tap` is the
// macvtap, `mac` the server's and `guest_mac` the guest's; `outer_link` is of no matter.
struct FilteredMacvtap {
  FilteredBridge card;
  std::string server_link;
  std::string guest_mac;
};
std::string MacvtapFilterRules(const std::vector<FilteredMacvtap>& cards);

}  // namespace crimux::vm
