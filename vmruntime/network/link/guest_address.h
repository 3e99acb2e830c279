#pragma once

#include "vmruntime/network/link/netlink.h"
#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// Fills in what a guest must configure to stand where `link` of the calling thread's namespace
// stands now: MAC, MTU, addresses, routes. An address whose prefix has no route of its own on the
// link (CNI's ptp) is given as a host address (/32, /128), since its neighbours are reached by a
// gateway only. Routes are in an order in which they can be added: those on the link first, the
// default last.
GuestInterface ReadGuestInterface(Netlink& netlink, const Link& link);

}  // namespace crimux::vm
