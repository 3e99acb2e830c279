#include "vmruntime/machine/domain/boot_order.h"
#include "vmruntime/machine/domain/nic_words.h"
#include "vmruntime/machine/domain/parts.h"

namespace crimux::vm {
namespace {

// Without a place in the boot order it has no boot ROM either.
void AddBoot(pugi::xml_node node, const NicSpec& nic, BootOrder& order) {
  if (nic.boot == NicBoot::kNever) {
    Add(node, "rom", {{"enabled", "no"}});
  } else {
    Add(node, "boot", {{"order", std::to_string(order.NextNic(nic.boot))}});
  }
}

std::string Hexadecimal(const std::string& digits) { return "0x" + digits; }

// managed='no': it is bound to vfio-pci already, and will be what it was when the pod has ended.
void AddFunction(pugi::xml_node devices, const NicSpec& nic, BootOrder& order) {
  pugi::xml_node node =
      Add(devices, "hostdev", {{"mode", "subsystem"}, {"type", "pci"}, {"managed", "no"}});
  Add(node, "driver", {{"name", "vfio"}});
  // "0000:3b:02.1"
  Add(Add(node, "source"), "address",
      {{"domain", Hexadecimal(nic.pci.substr(0, 4))},
       {"bus", Hexadecimal(nic.pci.substr(5, 2))},
       {"slot", Hexadecimal(nic.pci.substr(8, 2))},
       {"function", Hexadecimal(nic.pci.substr(11))}});
  AddBoot(node, nic, order);
}

pugi::xml_node AddInterface(pugi::xml_node devices, const char* type, const NicSpec& nic) {
  pugi::xml_node node = Add(devices, "interface", {{"type", type}});
  Add(node, "mac", {{"address", nic.mac}});
  return node;
}

void AddModel(pugi::xml_node node, NicModel model, unsigned queues) {
  Add(node, "model", {{"type", WordOf(kNicWords, model)}});
  if (queues > 1) Add(node, "driver", {{"queues", std::to_string(queues)}});
}

// libvirt opens the device for QEMU.
void AddVdpaDevice(pugi::xml_node devices, const NicSpec& nic, BootOrder& order) {
  pugi::xml_node node = AddInterface(devices, "vdpa", nic);
  Add(node, "source", {{"dev", nic.vdpa}});
  AddModel(node, NicModel::kVirtio, nic.queues);
  AddBoot(node, nic, order);
}

// With an MTU libvirt would look for a link at the switch's end.
void AddVhostSocket(pugi::xml_node devices, const NicSpec& nic, BootOrder& order) {
  pugi::xml_node node = AddInterface(devices, "vhostuser", nic);
  Add(node, "source",
      {{"type", "unix"},
       {"path", nic.vhost_socket},
       {"mode", nic.vhost_server ? "server" : "client"}});
  AddModel(node, NicModel::kVirtio, nic.queues);
  AddBoot(node, nic, order);
}

// managed='no': the tap is there already, in the namespace where QEMU will run.
void AddTap(pugi::xml_node devices, const NicSpec& nic, BootOrder& order) {
  pugi::xml_node node = AddInterface(devices, "ethernet", nic);
  Add(node, "target", {{"dev", nic.tap}, {"managed", "no"}});
  AddModel(node, nic.model, nic.queues);
  Add(node, "mtu", {{"size", std::to_string(nic.mtu)}});
  AddBoot(node, nic, order);
}

void AddNic(pugi::xml_node devices, const NicSpec& nic, BootOrder& order) {
  if (!nic.pci.empty()) return AddFunction(devices, nic, order);
  if (!nic.vdpa.empty()) return AddVdpaDevice(devices, nic, order);
  if (!nic.vhost_socket.empty()) return AddVhostSocket(devices, nic, order);
  AddTap(devices, nic, order);
}

}  // namespace

void AddNics(pugi::xml_node devices, const MachineSpec& spec) {
  BootOrder order(spec);
  for (const NicSpec& nic : spec.nics) AddNic(devices, nic, order);
}

}  // namespace crimux::vm
