#pragma once

#include <cstdint>

#include "vmruntime/machine/domain/machine_spec.h"

namespace crimux::vm {

// What QEMU may keep of translated code under TCG, in bytes. Left to itself it takes a GiB, and a
// guest that runs for long fills it.
inline constexpr uint64_t kTranslatedCode = 512ULL << 20;

// What QEMU and its helpers need beside the guest's RAM, at most, in bytes: so much that a machine
// at work never has more, and so little that one that leaks is stopped. docs/resources.md has the
// figures. `kvm`: not under TCG, whose translated code takes memory, too.
uint64_t OwnMemory(const MachineSpec& spec, bool kvm);

}  // namespace crimux::vm
