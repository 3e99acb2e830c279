#include "vmruntime/pod/device_links.h"

#include <algorithm>

#include "vmruntime/device/character_device.h"
#include "vmruntime/disk/disk_serial.h"
#include "vmruntime/pod/container_devices.h"

namespace crimux::vm {
namespace {

// As udev's rules for persistent storage name QEMU's disks.
std::string PersistentName(DiskBus bus, const std::string& serial) {
  switch (bus) {
    case DiskBus::kVirtio:
      return "/dev/disk/by-id/virtio-" + serial;
    case DiskBus::kScsi:
      return "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_" + serial;
    case DiskBus::kSata:
    case DiskBus::kIde:
      return "/dev/disk/by-id/ata-QEMU_HARDDISK_" + serial;
  }
  return "";
}

}  // namespace

std::vector<GuestLink> DeviceLinks(const runtime::v1::ContainerConfig& container,
                                   const DiskOptions& options) {
  std::vector<GuestLink> links;
  for (const auto& device : container.devices()) {
    const std::string& path = device.container_path();
    bool is_cdrom = std::ranges::count(options.cdroms, path, &Cdrom::device) > 0;
    if (IsCharacterDevice(device.host_path())) continue;
    if (path == kRootDevicePath || is_cdrom || !path.starts_with('/')) continue;
    DiskBus bus = options.bus.value_or(DiskBus::kVirtio);
    links.push_back({.target = PersistentName(bus, DiskSerial(path)), .path = path});
  }
  return links;
}

}  // namespace crimux::vm
