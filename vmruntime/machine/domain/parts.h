#pragma once

#include "vmruntime/machine/domain/domain_xml.h"
#include "vmruntime/machine/domain/xml_tree.h"

namespace crimux::vm {

// The parts of a domain, one file each. The first ones go below <domain>, the others below
// <devices>.
void AddCpu(pugi::xml_node domain, const MachineSpec& spec, const MachineHost& host);
void AddPlatform(pugi::xml_node domain, const MachineSpec& spec, const MachineHost& host);

void AddMemory(pugi::xml_node domain, const MemorySpec& memory);
void AddVcpus(pugi::xml_node domain, const MachineSpec& spec);
// From hugepages or certain nodes; such that virtiofsd can see it as well.
void AddMemoryBacking(pugi::xml_node domain, const MachineSpec& spec);
void AddFirmwareFiles(pugi::xml_node domain, const MachineSpec& spec);

void AddDisks(pugi::xml_node devices, const MachineSpec& spec);
void AddNics(pugi::xml_node devices, const MachineSpec& spec);
void AddShare(pugi::xml_node devices, const MachineSpec& spec);
// Screen, USB, TPM.
void AddGraphics(pugi::xml_node devices, const MachineSpec& spec);
void AddHostDevices(pugi::xml_node devices, const MachineSpec& spec);
bool HasUsbDevice(const MachineSpec& spec);
void AddChannels(pugi::xml_node devices, const MachineSpec& spec);

}  // namespace crimux::vm
