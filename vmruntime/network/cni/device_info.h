#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace crimux::vm {

// What an interface of a pod is, when it may be no link.
enum class DeviceKind : uint8_t {
  kLink,       // one after all: a vDPA device with the kernel's virtio driver
  kPci,        // a PCI function
  kVdpa,       // a vDPA device that the node's driver vhost_vdpa has
  kVhostUser,  // a socket, at whose other end a switch speaks vhost-user
};

// What a plugin's file says of an interface, by the Device Information Specification 1.x of
// Kubernetes' Network Plumbing Working Group.
struct DeviceInfo {
  DeviceKind kind = DeviceKind::kLink;
  std::string pci;   // of kPci: "0000:3b:02.1"
  std::string path;  // of kVdpa ("/dev/vhost-vdpa-0") and kVhostUser; absolute
  // Of kVhostUser: QEMU makes the socket and waits for the switch (mode "server"), which else has
  // made it ("client").
  bool server = false;
};

// `file` is for the message. Throws Error that names it and the key: INTERNAL for what is not as
// the specification has it, INVALID_ARGUMENT for a device that no VM can have ("memif", and types
// that aren't known).
DeviceInfo ParseDeviceInfo(const std::string& text, const std::filesystem::path& file);

}  // namespace crimux::vm
