#pragma once

#include <chrono>
#include <string>

#include "vmruntime/machine/domain/machine_spec.h"

namespace crimux::vm {

// What all machines of a node have in common.
struct MachineHost {
  bool kvm = false;      // else TCG
  std::string emulator;  // empty: libvirt's choice
};

// How often a guest's balloon driver is asked for what it knows of the guest's memory.
constexpr std::chrono::seconds kGuestMemoryPeriod{5};

// libvirt's domain XML for an x86-64 machine. Every value comes through an XML tree, so that no
// name or path can add elements. Tests hold it against reviewed golden files.
std::string DomainXml(const MachineSpec& spec, const MachineHost& host);

}  // namespace crimux::vm
