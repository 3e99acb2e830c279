#include "vmruntime/machine/domain/parts.h"
#include "vmruntime/machine/domain/platform_words.h"

namespace crimux::vm {
namespace {

// The tablet points where the viewer's mouse does.
void AddUsb(pugi::xml_node devices, bool screen, bool others) {
  Add(devices, "controller", {{"type", "usb"}, {"model", screen || others ? "qemu-xhci" : "none"}});
  if (screen) Add(devices, "input", {{"type", "tablet"}, {"bus", "usb"}});
}

void AddTpm(pugi::xml_node devices, MachineType machine) {
  bool pc = machine == MachineType::kPc;
  pugi::xml_node tpm = Add(devices, "tpm", {{"model", pc ? "tpm-tis" : "tpm-crb"}});
  Add(tpm, "backend", {{"type", "emulator"}, {"version", "2.0"}, {"persistent_state", "yes"}});
}

}  // namespace

void AddGraphics(pugi::xml_node devices, const MachineSpec& spec) {
  const PlatformSpec& platform = spec.platform;
  bool screen = platform.video != VideoModel::kNone;
  AddUsb(devices, screen, HasUsbDevice(spec));
  if (screen) {
    Add(Add(devices, "graphics", {{"type", "vnc"}}), "listen", {{"type", "socket"}});
    Add(Add(devices, "video"), "model", {{"type", WordOf(kVideoWords, platform.video)}});
  }
  if (platform.tpm) AddTpm(devices, platform.machine);
}

}  // namespace crimux::vm
