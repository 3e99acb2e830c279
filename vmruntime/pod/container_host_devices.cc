#include "vmruntime/pod/container_host_devices.h"

#include <algorithm>

#include "base/error.h"
#include "vmruntime/device/character_device.h"
#include "vmruntime/device/host_devices.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNodePrefix = "serial-";

}  // namespace

void AddHostDevices(const state::ContainerRecord& container, const Rooms& rooms, MachineSpec* spec,
                    const fs::path& sysfs) {
  for (const auto& device : container.config().devices()) {
    if (!IsCharacterDevice(device.host_path())) continue;
    for (HostDeviceSpec& host_device : HostDevicesOf(device.host_path(), sysfs)) {
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
                    (std::string(kNodePrefix) + std::to_string(number++));
    MakeCharacterNode(line->node, node, rooms.qemu);
    line->node = node;
  }
}

std::vector<fs::path> NodesThatQemuOpens(const runtime::v1::ContainerConfig& container,
                                         const fs::path& sysfs) {
  std::vector<fs::path> nodes;
  for (const auto& device : container.devices()) {
    const fs::path node = device.host_path();
    if (IsCharacterDevice(node) && QemuOpensByPath(node, sysfs)) nodes.push_back(node);
  }
  return nodes;
}

}  // namespace crimux::vm
