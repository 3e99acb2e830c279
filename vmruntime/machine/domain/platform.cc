#include "vmruntime/machine/domain/own_memory.h"
#include "vmruntime/machine/domain/parts.h"
#include "vmruntime/machine/domain/platform_words.h"

namespace crimux::vm {
namespace {

// libvirt takes the firmware whose description (/usr/share/qemu/firmware) has these features.
void AddUefi(pugi::xml_node os, const PlatformSpec& platform) {
  const char* secure = platform.firmware == Firmware::kUefiSecureBoot ? "yes" : "no";
  os.append_attribute("firmware") = "efi";
  pugi::xml_node firmware = Add(os, "firmware");
  Add(firmware, "feature", {{"enabled", secure}, {"name", "enrolled-keys"}});
  Add(firmware, "feature", {{"enabled", secure}, {"name", "secure-boot"}});
  AddText(os, "nvram", platform.nvram.string());
}

void AddOs(pugi::xml_node domain, const PlatformSpec& platform) {
  pugi::xml_node os = Add(domain, "os");
  AddText(os, "type", "hvm",
          {{"arch", "x86_64"}, {"machine", WordOf(kMachineWords, platform.machine)}});
  if (platform.firmware != Firmware::kBios) AddUefi(os, platform);
}

// Those that Microsoft's and QEMU's documents advise, and every host with KVM has.
void AddHyperv(pugi::xml_node features) {
  pugi::xml_node hyperv = Add(features, "hyperv", {{"mode", "custom"}});
  Add(hyperv, "relaxed", {{"state", "on"}});
  Add(hyperv, "vapic", {{"state", "on"}});
  Add(hyperv, "spinlocks", {{"state", "on"}, {"retries", "8191"}});
  Add(hyperv, "vpindex", {{"state", "on"}});
  Add(hyperv, "runtime", {{"state", "on"}});
  Add(hyperv, "synic", {{"state", "on"}});
  Add(hyperv, "stimer", {{"state", "on"}});
  Add(hyperv, "frequencies", {{"state", "on"}});
}

void AddFeatures(pugi::xml_node domain, const PlatformSpec& platform, bool kvm) {
  pugi::xml_node features = Add(domain, "features");
  Add(features, "acpi");
  Add(features, "apic");
  if (platform.hyperv) AddHyperv(features);
  if (!kvm) {
    AddText(Add(features, "tcg"), "tb-cache", std::to_string(kTranslatedCode >> 20))
        .append_attribute("unit") = "MiB";
  }
  if (platform.firmware == Firmware::kUefiSecureBoot) Add(features, "smm", {{"state", "on"}});
}

void AddClock(pugi::xml_node domain, const PlatformSpec& platform) {
  pugi::xml_node clock =
      Add(domain, "clock", {{"offset", platform.localtime ? "localtime" : "utc"}});
  if (!platform.hyperv) return;
  Add(clock, "timer", {{"name", "rtc"}, {"tickpolicy", "catchup"}});
  Add(clock, "timer", {{"name", "pit"}, {"tickpolicy", "delay"}});
  Add(clock, "timer", {{"name", "hpet"}, {"present", "no"}});
  Add(clock, "timer", {{"name", "hypervclock"}, {"present", "yes"}});
}

}  // namespace

void AddPlatform(pugi::xml_node domain, const MachineSpec& spec, const MachineHost& host) {
  AddOs(domain, spec.platform);
  AddFeatures(domain, spec.platform, host.kvm);
  AddCpu(domain, spec, host);
  AddClock(domain, spec.platform);
}

}  // namespace crimux::vm
