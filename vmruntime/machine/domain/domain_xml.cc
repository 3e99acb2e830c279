#include "vmruntime/machine/domain/domain_xml.h"

#include <sstream>

#include "vmruntime/machine/domain/parts.h"

namespace crimux::vm {
namespace {

void AddIdentity(pugi::xml_node domain, const MachineSpec& spec) {
  AddText(domain, "name", spec.name);
  AddText(domain, "uuid", spec.uuid);
  AddMemory(domain, spec.memory);
  AddVcpus(domain, spec);
}

void AddEndings(pugi::xml_node domain) {
  AddText(domain, "on_poweroff", "destroy");
  AddText(domain, "on_reboot", "restart");
  AddText(domain, "on_crash", "destroy");
}

void AddHelpers(pugi::xml_node devices) {
  pugi::xml_node balloon = Add(devices, "memballoon", {{"model", "virtio"}});
  // Seconds; the guest's driver then tells of its memory by itself.
  Add(balloon, "stats", {{"period", std::to_string(kGuestMemoryPeriod.count())}});
  pugi::xml_node rng = Add(devices, "rng", {{"model", "virtio"}});
  AddText(rng, "backend", "/dev/urandom", {{"model", "random"}});
}

void AddDevices(pugi::xml_node domain, const MachineSpec& spec, const MachineHost& host) {
  pugi::xml_node devices = Add(domain, "devices");
  if (!host.emulator.empty()) AddText(devices, "emulator", host.emulator);
  AddDisks(devices, spec);
  AddNics(devices, spec);
  AddShare(devices, spec);
  AddChannels(devices, spec);
  AddGraphics(devices, spec);
  AddHostDevices(devices, spec);
  AddHelpers(devices);
}

}  // namespace

std::string DomainXml(const MachineSpec& spec, const MachineHost& host) {
  pugi::xml_document document;
  pugi::xml_node domain = Add(document.root(), "domain", {{"type", host.kvm ? "kvm" : "qemu"}});
  AddIdentity(domain, spec);
  AddMemoryBacking(domain, spec);
  AddPlatform(domain, spec, host);
  AddFirmwareFiles(domain, spec);
  AddEndings(domain);
  AddDevices(domain, spec, host);
  ApplyPatches(domain, spec.patches);
  std::ostringstream out;
  document.save(out, "  ", pugi::format_default | pugi::format_no_declaration);
  return out.str();
}

}  // namespace crimux::vm
