#include "vmruntime/machine/domain/parts.h"
#include "vmruntime/machine/domain/platform_words.h"

namespace crimux::vm {
namespace {

// managed='no': the tap is there already, in the namespace where QEMU will run. No boot ROM:
// machines boot from their disks.
void AddNic(pugi::xml_node devices, const NicSpec& nic, NicModel model) {
  pugi::xml_node node = Add(devices, "interface", {{"type", "ethernet"}});
  Add(node, "mac", {{"address", nic.mac}});
  Add(node, "target", {{"dev", nic.tap}, {"managed", "no"}});
  Add(node, "model", {{"type", WordOf(kNicWords, model)}});
  Add(node, "mtu", {{"size", std::to_string(nic.mtu)}});
  Add(node, "rom", {{"enabled", "no"}});
}

}  // namespace

void AddNics(pugi::xml_node devices, const MachineSpec& spec) {
  for (const NicSpec& nic : spec.nics) AddNic(devices, nic, spec.platform.nic);
}

}  // namespace crimux::vm
