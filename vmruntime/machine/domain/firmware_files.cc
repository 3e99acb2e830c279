#include "vmruntime/machine/domain/parts.h"

namespace crimux::vm {

void AddFirmwareFiles(pugi::xml_node domain, const MachineSpec& spec) {
  if (spec.firmware_files.empty()) return;
  pugi::xml_node info = Add(domain, "sysinfo", {{"type", "fwcfg"}});
  for (const FirmwareFile& file : spec.firmware_files) {
    Add(info, "entry", {{"name", file.name}, {"file", file.file.string()}});
  }
}

}  // namespace crimux::vm
