#pragma once

#include <cstdint>
#include <string>

namespace crimux::vm {

enum class NicModel : uint8_t { kVirtio, kE1000e, kE1000, kRtl8139 };

// When the firmware tries to boot over a card: not at all, before the disks, after them.
enum class NicBoot : uint8_t { kNever, kFirst, kLast };

// A network card.
struct NicSpec {
  std::string tap;  // waits in the pod's namespace
  // Instead: a PCI function that is bound to vfio-pci ("0000:3b:02.1"). It has its MAC address and
  // MTU already; model and queues are its own.
  std::string pci;
  // Instead: a vDPA device ("/dev/vhost-vdpa-0"). It is virtio, whatever the model, and the MTU is
  // its own.
  std::string vdpa;
  // Instead: a socket of a switch that speaks vhost-user, which QEMU makes if it is the server. The
  // same holds, and the machine's memory is shared then.
  std::string vhost_socket;
  bool vhost_server = false;
  std::string mac;
  uint32_t mtu = 1500;
  NicModel model = NicModel::kVirtio;
  // Virtio's only; a tap must be made for one or for many.
  unsigned queues = 1;
  NicBoot boot = NicBoot::kNever;
};

}  // namespace crimux::vm
