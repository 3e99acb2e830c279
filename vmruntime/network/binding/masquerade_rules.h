#pragma once

#include <string>
#include <vector>

#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// nftables rules for cards that are bound by masquerade; card i lies behind bridge i. What a guest
// sends out comes from the address of the link that it leaves by, and what comes for the pod's
// addresses, of whatever protocol, goes to the guest: also what the namespace itself, or the guest,
// sends there. Nothing else is forwarded through the namespace, and nobody outside reaches a guest
// by its private address. Cards of other bindings are passed over.
std::string MasqueradeRules(const std::vector<GuestInterface>& cards);

}  // namespace crimux::vm
