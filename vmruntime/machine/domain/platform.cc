#include "vmruntime/machine/domain/parts.h"

namespace crimux::vm {

void AddPlatform(pugi::xml_node domain, const MachineSpec& /*spec*/, const MachineHost& host) {
  AddText(Add(domain, "os"), "type", "hvm", {{"arch", "x86_64"}, {"machine", "q35"}});
  pugi::xml_node features = Add(domain, "features");
  Add(features, "acpi");
  Add(features, "apic");
  // Under TCG, all that QEMU can emulate: distributions by now ask for x86-64-v2, more than QEMU's
  // default model has.
  Add(domain, "cpu", {{"mode", host.kvm ? "host-passthrough" : "maximum"}});
  Add(domain, "clock", {{"offset", "utc"}});
}

}  // namespace crimux::vm
