#pragma once

#include <string>

#include "vmruntime/machine/hypervisor.h"

namespace crimux::vm {

// What all machines of a node have in common.
struct MachineHost {
  bool kvm = false;      // else TCG
  std::string emulator;  // empty: libvirt's choice
};

// The Unix socket of the guest agent's channel: beside the console's, with ".agent" at its end.
std::filesystem::path AgentSocket(const MachineSpec& spec);

// libvirt's domain XML for an x86-64 machine: q35 with BIOS, virtio disks and network cards, the
// serial console, and the guest agent's channel. Every value comes through an XML tree, so that no
// name or path can add elements. Tests hold it against reviewed golden files.
std::string DomainXml(const MachineSpec& spec, const MachineHost& host);

}  // namespace crimux::vm
