#pragma once

#include <string>

#include "config/config.h"

namespace crimux::vm {

// Why QEMU's user cannot open /dev/kvm, with the remedy; empty when it can.
std::string KvmAccessFault(const VmConfig& config);

// Whether a guest really runs under KVM on this host; empty when it does, else why not. Boots a
// guest of 512 bytes (kvm_probe.S) that needs what every operating system needs: long mode with
// paging, timer interrupts, and a processor that runs its code instead of emulating it. Some nested
// hypervisors offer a /dev/kvm that gets through firmware and then emulates each instruction, so
// that Linux seems to hang, or one on which QEMU cannot show the host's processor to the guest, as
// machines under KVM have it. Takes about half a second, at most ten; remembered in
// <state_dir>/kvm-probe for as long as the host is up and QEMU's binary the same.
std::string KvmGuestFault(const VmConfig& config, const std::string& emulator);

}  // namespace crimux::vm
