#pragma once

#include <cstdint>
#include <string>

#include "vmruntime/network/link/netlink.h"
#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// Fills in what a guest must configure to stand where `link` of the calling thread's namespace
// stands now: MAC, MTU, addresses, routes. An address whose prefix has no route of its own on the
// link (CNI's ptp) is given as a host address (/32, /128), since its neighbours are reached by a
// gateway only. Routes are in an order in which they can be added: those on the link first, the
// default last.
GuestInterface ReadGuestInterface(Netlink& netlink, const Link& link);

// The MTU of a card that stands for the interface, which takes up to `most`: as the pod asks, else
// that. Throws Error (INVALID_ARGUMENT) when the pod asks for more.
uint32_t MtuFor(const NicRequest& nic, const std::string& interface, uint32_t most);

}  // namespace crimux::vm
