#pragma once

#include <libvirt/libvirt.h>

#include "vmruntime/machine/domain/domain_xml.h"

namespace crimux::vm {

// Throws Error (FAILED_PRECONDITION) when the machine wants something that is not installed here,
// or that this processor or QEMU has not: UEFI, Secure Boot, a TPM, a kind of screen, a CPU.
// libvirt itself would say so only when the machine starts, and hardly which package is missing.
void RequireCapabilities(virConnectPtr connection, const MachineSpec& spec,
                         const MachineHost& host);

}  // namespace crimux::vm
