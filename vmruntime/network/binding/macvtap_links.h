#pragma once

#include <string>

#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// The links of a card that is bound by a macvtap. All functions work in the namespace of the
// calling thread.
//
//   eth0 (new MAC, no address) --+-- tap0, a macvtap === the VM's card (MAC and addresses of eth0)
//                                +-- br0, a macvlan (the DHCP server's addresses; mode bridge only)
//
// Who opens a macvtap does so by /dev/tapN, where N is its index in its namespace, and /dev is one
// for all namespaces. So ours have indices that no other link of the node has.

// Takes MAC, MTU, addresses and routes from `link` and builds the macvtap number `index` on it, in
// the mode that the pod asks for. Throws Error: INVALID_ARGUMENT for an MTU above the link's,
// FAILED_PRECONDITION for a link that can't have a macvtap, or where /dev shows none. What was
// built by then stays, for RemoveGuestLinks.
GuestInterface BuildMacvtapLinks(const std::string& link, int index, const NicRequest& nic);

// Sets the links of a card up, and gives the server's its addresses. The rules of macvtap_filter.h
// come before.
void StartMacvtapLinks(const GuestInterface& card, int index);

// The character device by which the macvtap of this name in the calling thread's namespace is
// opened.
std::string MacvtapNode(const std::string& name);

}  // namespace crimux::vm
