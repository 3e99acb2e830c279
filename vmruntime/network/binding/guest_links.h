#pragma once

#include <sys/types.h>

#include <string>

#include "vmruntime/network/link/netlink.h"
#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// The links that hand a pod interface to a VM. All functions work in the namespace of the calling
// thread.
//
//   eth0 (new MAC, no address) --- br0 (server address) --- tap0 === the VM's card
//                                                                    (MAC and addresses of eth0)
//
// The bridge has no address of the pod's: what the pod may say and hear on the outer link is the
// guest's alone. Its only addresses are the DHCP server's (server_addresses.h).

// Takes MAC, MTU, addresses and routes from `link` and builds the tap and bridge number `index`
// beside it, with the queues and the MTU that the pod asks for. Nothing passes them before
// StartGuestLinks. Throws Error (INVALID_ARGUMENT for an MTU above the link's); what was built by
// then stays, for RemoveGuestLinks.
GuestInterface BuildGuestLinks(const std::string& link, int index, uid_t tap_owner,
                               const NicRequest& nic = {});

// Sets the links of a card up, and gives the bridge its addresses. The bridge filter comes before.
void StartGuestLinks(const GuestInterface& card, int index);

// Removes all taps, macvtaps and bridges that are made for cards, of whatever binding.
void RemoveGuestLinks();

// What cards of other bindings are made of, too.

// The pod's interface; throws Error (INTERNAL) when the plugins made none of this name.
Link PodLink(Netlink& netlink, const std::string& name);

// What the guest of card `index` takes from the link: all that it has, as far as the pod asks for
// nothing else.
GuestInterface TheGuests(Netlink& netlink, const Link& link, int index, const NicRequest& nic);

// Sets the link up that the DHCP server of card `index` is on, and gives it the server's addresses.
void StartServerLink(Netlink& netlink, const GuestInterface& card, int index);

// A bridge that is down, without ports or IPv6, in a namespace that forwards nothing. Returns its
// MAC address.
std::string MakeGuestBridge(Netlink& netlink, int index);

// Makes the guest's tap a port of the bridge, still down.
void AddTap(Netlink& netlink, const GuestInterface& guest, uid_t owner, const std::string& bridge);

}  // namespace crimux::vm
