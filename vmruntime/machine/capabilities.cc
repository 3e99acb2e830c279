#include "vmruntime/machine/capabilities.h"

#include <fmt/format.h>

#include <cstdlib>
#include <memory>

#include "base/error.h"
#include "vmruntime/machine/domain/platform_words.h"
#include "vmruntime/machine/libvirt_error.h"

namespace crimux::vm {
namespace {

[[noreturn]] void Refuse(const std::string& what, const std::string& why) {
  throw Error(grpc::StatusCode::FAILED_PRECONDITION, "give the machine", what, why);
}

void Load(virConnectPtr connection, const PlatformSpec& platform, const MachineHost& host,
          pugi::xml_document& document) {
  std::string machine = WordOf(kMachineWords, platform.machine);
  std::unique_ptr<char, decltype(&std::free)> xml(
      virConnectGetDomainCapabilities(connection,
                                      host.emulator.empty() ? nullptr : host.emulator.c_str(),
                                      "x86_64", machine.c_str(), host.kvm ? "kvm" : "qemu", 0),
      &std::free);
  if (!xml) throw LibvirtError("get capabilities of machine", machine);
  document.load_string(xml.get());
}

// Whether <enum name="…"> below `node` has the value.
bool Has(pugi::xml_node node, const char* name, const std::string& value) {
  for (pugi::xml_node entry : node.find_child_by_attribute("enum", "name", name)) {
    if (entry.child_value() == value) return true;
  }
  return false;
}

void RequireFirmware(pugi::xml_node os, Firmware firmware) {
  if (firmware == Firmware::kBios) return;
  if (!Has(os, "firmware", "efi")) Refuse("UEFI", "no firmware for it is installed (package ovmf)");
  if (firmware == Firmware::kUefi || Has(os.child("loader"), "secure", "yes")) return;
  Refuse("Secure Boot", "no firmware for it is installed (package ovmf)");
}

void RequireTpm(pugi::xml_node devices) {
  if (Has(devices.child("tpm"), "backendModel", "emulator")) return;
  Refuse("a TPM", "swtpm is not installed (packages swtpm, swtpm-tools)");
}

void RequireVideo(pugi::xml_node devices, VideoModel video) {
  std::string word = WordOf(kVideoWords, video);
  if (video == VideoModel::kNone || Has(devices.child("video"), "modelType", word)) return;
  Refuse("video " + word, "this QEMU does not have it");
}

void RequireCpu(pugi::xml_node modes, const CpuSpec& cpu) {
  if (cpu.mode.empty()) return;
  pugi::xml_node mode = modes.find_child_by_attribute("mode", "name", cpu.mode.c_str());
  if (std::string_view(mode.attribute("supported").value()) != "yes") {
    Refuse("CPU " + cpu.mode, "the accelerator of this node does not have it");
  }
  if (cpu.mode != "custom") return;
  for (pugi::xml_node model : mode.children("model")) {
    if (model.child_value() == cpu.model) return;
  }
  Refuse("CPU " + cpu.model, "libvirt knows no such model");
}

}  // namespace

void RequireCapabilities(virConnectPtr connection, const MachineSpec& spec,
                         const MachineHost& host) {
  const PlatformSpec& platform = spec.platform;
  bool plain = platform.firmware == Firmware::kBios && !platform.tpm && !platform.hyperv &&
               platform.video == VideoModel::kNone && platform.cpu.mode.empty();
  if (plain) return;
  if (platform.hyperv && !host.kvm) Refuse("Hyper-V enlightenments", "they need KVM");
  pugi::xml_document document;
  Load(connection, platform, host, document);
  pugi::xml_node root = document.document_element();
  RequireFirmware(root.child("os"), platform.firmware);
  if (platform.tpm) RequireTpm(root.child("devices"));
  RequireVideo(root.child("devices"), platform.video);
  RequireCpu(root.child("cpu"), platform.cpu);
}

}  // namespace crimux::vm
