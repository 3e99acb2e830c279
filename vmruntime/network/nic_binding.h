#pragma once

#include <cstdint>

namespace crimux::vm {

// How a VM's card stands for a pod's interface (docs/networks.md, "Bindings").
//
// kBridge: the VM takes the interface's MAC and addresses; a bridge joins the two.
// kMasquerade: the interface stays as it is; the VM has a private address behind NAT.
enum class NicBinding : uint8_t { kBridge, kMasquerade };

}  // namespace crimux::vm
