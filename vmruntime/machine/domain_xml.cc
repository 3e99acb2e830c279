#include "vmruntime/machine/domain_xml.h"

#include <sstream>

#include <pugixml.hpp>

namespace crimux::vm {
namespace {

using Attributes = std::initializer_list<std::pair<const char*, std::string>>;

pugi::xml_node Add(pugi::xml_node parent, const char* name, Attributes attributes = {}) {
  pugi::xml_node node = parent.append_child(name);
  for (const auto& [key, value] : attributes) node.append_attribute(key) = value.c_str();
  return node;
}

void AddText(pugi::xml_node parent, const char* name, const std::string& text,
             Attributes attributes = {}) {
  Add(parent, name, attributes).text() = text.c_str();
}

void AddIdentity(pugi::xml_node domain, const MachineSpec& spec) {
  AddText(domain, "name", spec.name);
  AddText(domain, "uuid", spec.uuid);
  AddText(domain, "memory", std::to_string(spec.memory), {{"unit", "b"}});
  AddText(domain, "vcpu", std::to_string(spec.vcpus));
}

void AddPlatform(pugi::xml_node domain, const MachineHost& host) {
  AddText(Add(domain, "os"), "type", "hvm", {{"arch", "x86_64"}, {"machine", "q35"}});
  pugi::xml_node features = Add(domain, "features");
  Add(features, "acpi");
  Add(features, "apic");
  // Under TCG, all that QEMU can emulate: distributions by now ask for x86-64-v2, more than QEMU's
  // default model has.
  Add(domain, "cpu", {{"mode", host.kvm ? "host-passthrough" : "maximum"}});
  Add(domain, "clock", {{"offset", "utc"}});
}

void AddEndings(pugi::xml_node domain) {
  AddText(domain, "on_poweroff", "destroy");
  AddText(domain, "on_reboot", "restart");
  AddText(domain, "on_crash", "destroy");
}

// "vda", …, "vdz", "vdaa", …
std::string DiskTarget(size_t index) {
  std::string letters;
  for (size_t rest = index + 1; rest > 0; rest = (rest - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('a' + (rest - 1) % 26));
  }
  return "vd" + letters;
}

// writeback: works on every file system (tmpfs and some overlays refuse the O_DIRECT that "none"
// needs), and the guest's flushes still reach the disk. unmap: what the guest trims is freed.
void AddDisk(pugi::xml_node devices, const DiskSpec& disk, size_t index) {
  pugi::xml_node node = Add(devices, "disk", {{"type", "file"}, {"device", "disk"}});
  Add(node, "driver",
      {{"name", "qemu"}, {"type", disk.format}, {"cache", "writeback"}, {"discard", "unmap"}});
  Add(node, "source", {{"file", disk.file.string()}});
  Add(node, "target", {{"dev", DiskTarget(index)}, {"bus", "virtio"}});
  if (disk.readonly) Add(node, "readonly");
  Add(node, "boot", {{"order", std::to_string(index + 1)}});
}

// managed='no': the tap is there already, in the namespace where QEMU will run. No boot ROM:
// machines boot from their disks.
void AddNic(pugi::xml_node devices, const NicSpec& nic) {
  pugi::xml_node node = Add(devices, "interface", {{"type", "ethernet"}});
  Add(node, "mac", {{"address", nic.mac}});
  Add(node, "target", {{"dev", nic.tap}, {"managed", "no"}});
  Add(node, "model", {{"type", "virtio"}});
  Add(node, "mtu", {{"size", std::to_string(nic.mtu)}});
  Add(node, "rom", {{"enabled", "no"}});
}

// QEMU appends everything to the log itself, whoever is connected to the socket, or nobody.
void AddConsole(pugi::xml_node devices, const MachineSpec& spec) {
  pugi::xml_node serial = Add(devices, "serial", {{"type", "unix"}});
  Add(serial, "source", {{"mode", "bind"}, {"path", spec.console_socket.string()}});
  Add(serial, "log", {{"file", spec.console_log.string()}, {"append", "on"}});
  pugi::xml_node port = Add(serial, "target", {{"type", "isa-serial"}, {"port", "0"}});
  Add(port, "model", {{"name", "isa-serial"}});
}

// At a path of ours: libvirt's own, below its root, are too long for a socket address.
void AddAgentChannel(pugi::xml_node devices, const MachineSpec& spec) {
  pugi::xml_node channel = Add(devices, "channel", {{"type", "unix"}});
  Add(channel, "source", {{"mode", "bind"}, {"path", AgentSocket(spec).string()}});
  Add(channel, "target", {{"type", "virtio"}, {"name", "org.qemu.guest_agent.0"}});
}

void AddHelpers(pugi::xml_node devices) {
  Add(devices, "controller", {{"type", "usb"}, {"model", "none"}});
  Add(devices, "memballoon", {{"model", "virtio"}});
  pugi::xml_node rng = Add(devices, "rng", {{"model", "virtio"}});
  AddText(rng, "backend", "/dev/urandom", {{"model", "random"}});
}

void AddDevices(pugi::xml_node domain, const MachineSpec& spec, const MachineHost& host) {
  pugi::xml_node devices = Add(domain, "devices");
  if (!host.emulator.empty()) AddText(devices, "emulator", host.emulator);
  for (size_t i = 0; i < spec.disks.size(); ++i) AddDisk(devices, spec.disks[i], i);
  for (const NicSpec& nic : spec.nics) AddNic(devices, nic);
  AddConsole(devices, spec);
  AddAgentChannel(devices, spec);
  AddHelpers(devices);
}

}  // namespace

std::filesystem::path AgentSocket(const MachineSpec& spec) {
  return spec.console_socket.string() + ".agent";
}

std::string DomainXml(const MachineSpec& spec, const MachineHost& host) {
  pugi::xml_document document;
  pugi::xml_node domain = Add(document.root(), "domain", {{"type", host.kvm ? "kvm" : "qemu"}});
  AddIdentity(domain, spec);
  AddPlatform(domain, host);
  AddEndings(domain);
  AddDevices(domain, spec, host);
  std::ostringstream out;
  document.save(out, "  ", pugi::format_default | pugi::format_no_declaration);
  return out.str();
}

}  // namespace crimux::vm
