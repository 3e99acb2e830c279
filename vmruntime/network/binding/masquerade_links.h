#pragma once

#include <sys/types.h>

#include <string>

#include "vmruntime/network/binding/private_network.h"
#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// The links of a card that is bound by masquerade. All functions work in the namespace of the
// calling thread.
//
//   eth0 (as it was) ~~~ forwarding, NAT ~~~ br0 (gateway) --- tap0 === the VM's card
//                                                                      (a private address)

// Builds the tap and bridge number `index`, with the queues and the MTU that the pod asks for, for
// a guest that stands behind `link`: it has a private address in each family that the link has, and
// reaches by the gateway there what the link reaches. Throws Error (INVALID_ARGUMENT for an MTU
// above the link's, FAILED_PRECONDITION for a link without addresses); what was built by then
// stays, for RemoveGuestLinks.
GuestInterface BuildMasqueradeLinks(const std::string& link, int index, uid_t tap_owner,
                                    const NicRequest& nic, PrivateNetworks& networks);

// Sets bridge and tap up, gives the bridge the gateways' addresses, and lets the namespace forward.
// The rules of masquerade_rules.h come before.
void StartMasqueradeLinks(const GuestInterface& card, int index);

}  // namespace crimux::vm
