#pragma once

#include <cstdint>

namespace crimux::vm {

// How a VM's card stands for a pod's interface (docs/networks.md, "Bindings").
//
// kBridge: the VM takes the interface's MAC and addresses; a bridge joins the two.
// kMasquerade: the interface stays as it is; the VM has a private address behind NAT.
// kMacvtap: the VM takes the interface's MAC and addresses; its card is a macvtap on it.
enum class NicBinding : uint8_t { kBridge, kMasquerade, kMacvtap };

// What a macvlan or macvtap may hear of the others on its link: all; nothing; what comes back from
// a switch outside; and kPassthru: it is the only one, and has the link's MAC.
enum class MacvtapMode : uint8_t { kBridge, kPrivate, kVepa, kPassthru };

}  // namespace crimux::vm
