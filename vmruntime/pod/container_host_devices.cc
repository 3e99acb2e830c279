#include "vmruntime/pod/container_host_devices.h"

#include <algorithm>

#include "base/error.h"
#include "vmruntime/device/character_device.h"
#include "vmruntime/device/host_devices.h"
#include "vmruntime/device/vfio_group.h"
#include "vmruntime/network/device/vdpa_device.h"
#include "vmruntime/network/device/vhost_socket.h"
#include "vmruntime/pod/network_record.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSerialNodePrefix = "serial-";

// Device plugins give the pod's vDPA device, too, to open it in a container.
bool IsVdpaNic(const fs::path& device, const MachineSpec& spec) {
  return std::ranges::any_of(spec.nics, [&](const NicSpec& nic) {
    return IsCharacterDevice(nic.vdpa) && IsSameDevice(device, nic.vdpa);
  });
}

bool IsNic(const HostDeviceSpec& device, const MachineSpec& spec) {
  const auto* function = std::get_if<PciFunction>(&device);
  return function != nullptr &&
         std::ranges::find(spec.nics, function->address, &NicSpec::pci) != spec.nics.end();
}

// The node that QEMU opens for the card, if any; libvirt opens vDPA devices for it. Throws Error
// (FAILED_PRECONDITION) when device or socket has gone since the pod was connected.
fs::path NodeOfNic(const GuestInterface& interface, const fs::path& sysfs) {
  if (!interface.vdpa.empty()) RequireVdpaDevice(interface.vdpa);
  if (!interface.vhost_socket.empty()) {
    RequireVhostSocket(interface.vhost_socket, interface.vhost_server);
    return VhostSocketNode(interface.vhost_socket, interface.vhost_server);
  }
  if (interface.pci.empty()) return {};
  fs::path group = GroupNodeOf(interface.pci, sysfs);
  return IsCharacterDevice(group) ? group : "";
}

}  // namespace

void AddHostDevices(const state::ContainerRecord& container, const Rooms& rooms, MachineSpec* spec,
                    const fs::path& sysfs) {
  for (const auto& device : container.config().devices()) {
    if (!IsCharacterDevice(device.host_path()) || IsVdpaNic(device.host_path(), *spec)) continue;
    for (HostDeviceSpec& host_device : HostDevicesOf(device.host_path(), sysfs)) {
      if (IsNic(host_device, *spec)) continue;
      if (std::ranges::find(spec->host_devices, host_device) != spec->host_devices.end()) {
        throw Error(grpc::StatusCode::INVALID_ARGUMENT, "give device", device.host_path(),
                    "the VM has it already");
      }
      spec->host_devices.push_back(std::move(host_device));
    }
  }
  int number = 0;
  for (HostDeviceSpec& device : spec->host_devices) {
    auto* line = std::get_if<SerialLine>(&device);
    if (line == nullptr) continue;
    fs::path node = rooms.layout.Container(container.id()) /
                    (std::string(kSerialNodePrefix) + std::to_string(number++));
    MakeCharacterNode(line->node, node, rooms.qemu);
    line->node = node;
  }
}

std::set<fs::path> NodesThatQemuOpens(const state::ContainerRecord& container,
                                      const state::SandboxRecord& sandbox, const fs::path& sysfs) {
  std::set<fs::path> nodes;
  for (const auto& device : container.config().devices()) {
    const fs::path node = device.host_path();
    if (IsCharacterDevice(node) && QemuOpensByPath(node, sysfs)) nodes.insert(node);
  }
  for (const GuestInterface& interface : FromRecord(sandbox.network()).interfaces) {
    fs::path node = NodeOfNic(interface, sysfs);
    if (!node.empty()) nodes.insert(node);
  }
  return nodes;
}

}  // namespace crimux::vm
