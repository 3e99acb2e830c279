#include <algorithm>

#include "vmruntime/machine/domain/parts.h"

namespace crimux::vm {
namespace {

// The console is 0, and a PC has four.
constexpr int kFirstSerialPort = 1;

pugi::xml_node AddHostdev(pugi::xml_node devices, const char* type) {
  return Add(devices, "hostdev", {{"mode", "subsystem"}, {"type", type}});
}

// "0000:3b:00.1", in libvirt's parts.
void AddPciAddress(pugi::xml_node source, const std::string& address) {
  Add(source, "address",
      {{"domain", "0x" + address.substr(0, 4)},
       {"bus", "0x" + address.substr(5, 2)},
       {"slot", "0x" + address.substr(8, 2)},
       {"function", "0x" + address.substr(11)}});
}

// Adds one device of each kind.
struct Adder {
  pugi::xml_node devices;
  int serial_port = kFirstSerialPort;

  void operator()(const PciFunction& function) {
    pugi::xml_node hostdev = AddHostdev(devices, "pci");
    // Who bound it to vfio-pci takes it back.
    hostdev.append_attribute("managed") = "no";
    AddPciAddress(Add(hostdev, "source"), function.address);
  }
  void operator()(const MediatedDevice& device) {
    pugi::xml_node hostdev = AddHostdev(devices, "mdev");
    hostdev.append_attribute("model") = "vfio-pci";
    Add(Add(hostdev, "source"), "address", {{"uuid", device.uuid}});
  }
  void operator()(const UsbDevice& device) {
    pugi::xml_node hostdev = AddHostdev(devices, "usb");
    Add(Add(hostdev, "source"), "address",
        {{"bus", std::to_string(device.bus)}, {"device", std::to_string(device.number)}});
  }
  void operator()(const SerialLine& line) {
    pugi::xml_node serial = Add(devices, "serial", {{"type", "dev"}});
    Add(serial, "source", {{"path", line.node.string()}});
    pugi::xml_node target =
        Add(serial, "target", {{"type", "isa-serial"}, {"port", std::to_string(serial_port++)}});
    Add(target, "model", {{"name", "isa-serial"}});
  }
  void operator()(const Vsock&) {
    Add(Add(devices, "vsock", {{"model", "virtio"}}), "cid", {{"auto", "yes"}});
  }
};

}  // namespace

void AddHostDevices(pugi::xml_node devices, const MachineSpec& spec) {
  Adder adder{devices};
  for (const HostDeviceSpec& device : spec.host_devices) std::visit(adder, device);
}

bool HasUsbDevice(const MachineSpec& spec) {
  return std::ranges::any_of(spec.host_devices, [](const HostDeviceSpec& device) {
    return std::holds_alternative<UsbDevice>(device);
  });
}

}  // namespace crimux::vm
