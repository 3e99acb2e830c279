#pragma once

#include <filesystem>
#include <string>
#include <variant>

namespace crimux::vm {

// A PCI function that is bound to vfio-pci already: "0000:3b:00.1".
struct PciFunction {
  std::string address;
  bool operator==(const PciFunction&) const = default;
};

// A share of a device, made by its driver (mdev).
struct MediatedDevice {
  std::string uuid;
  bool operator==(const MediatedDevice&) const = default;
};

// By its place on the node; after it was plugged in anew it has another.
struct UsbDevice {
  unsigned bus = 0;
  unsigned number = 0;
  bool operator==(const UsbDevice&) const = default;
};

// A serial line of the node, by a node that QEMU's user may open. The guest has its console as the
// first line, and these after it.
struct SerialLine {
  std::filesystem::path node;
  bool operator==(const SerialLine&) const = default;
};

// Sockets between the guest and the node, with a context id that libvirt chooses.
struct Vsock {
  bool operator==(const Vsock&) const = default;
};

// A device of the node that a VM has for itself.
using HostDeviceSpec = std::variant<PciFunction, MediatedDevice, UsbDevice, SerialLine, Vsock>;

}  // namespace crimux::vm
