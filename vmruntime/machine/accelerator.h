#pragma once

#include <string>

#include "config/config.h"

namespace crimux::vm {

struct AcceleratorChoice {
  bool kvm = false;
  // Why machines cannot run as configured (`accelerator: kvm` without access to it); else empty.
  std::string fault;
};

// Decides once, at start. `auto` takes KVM only where QEMU's user may open it and a guest really
// runs under it, else TCG with a warning that says why; `kvm` and `tcg` are taken at their word.
// `emulator`: path of the QEMU binary. May take seconds (see KvmGuestFault). Throws Error.
AcceleratorChoice ChooseAccelerator(const VmConfig& config, const std::string& emulator);

}  // namespace crimux::vm
