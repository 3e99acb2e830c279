#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "vmruntime/network/binding/private_network.h"
#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// The links of a pod's cards, each by its binding. All functions work in the namespace of the
// calling thread. Card i is number i of PodNetwork::interfaces; devices of the node have no links.

// See BuildGuestLinks, BuildMasqueradeLinks, BuildMacvtapLinks. Nothing passes these links before
// StartCards.
GuestInterface BuildCard(const std::string& link, int index, uid_t tap_owner, NicBinding binding,
                         const NicRequest& nic, PrivateNetworks& networks);

// Once all cards are built: lays down the rules for what may pass, and sets the links up.
void StartCards(const std::vector<GuestInterface>& cards);

}  // namespace crimux::vm
