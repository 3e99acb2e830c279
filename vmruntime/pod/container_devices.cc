#include "vmruntime/pod/container_devices.h"

#include <sys/stat.h>

#include <map>
#include <system_error>

#include "base/error.h"
#include "vmruntime/device/character_device.h"
#include "vmruntime/disk/block_device.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;
using state::ContainerRecord;

constexpr std::string_view kDeviceNodePrefix = "device-";

bool IsWritable(const std::filesystem::path& node) {
  struct stat info {};
  return ::stat(node.c_str(), &info) == 0 && (info.st_mode & 0200) != 0;
}

// Each machine opens a node of its own, so QEMU's locks don't see the other one.
bool Clashes(const std::filesystem::path& node, const std::filesystem::path& folder) {
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator(folder, gone)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(kDeviceNodePrefix)) continue;
    bool same = BlockDeviceOf(entry.path()) == BlockDeviceOf(node);
    if (same && (IsWritable(entry.path()) || IsWritable(node))) return true;
  }
  return false;
}

void RequireFree(const ContainerDevice& device, const ContainerRecord& container,
                 const Rooms& rooms) {
  for (const ContainerRecord& other : rooms.registry.Containers()) {
    bool has_ended = other.state() == ContainerRecord::EXITED;
    if (other.sandbox_id() == container.sandbox_id() || has_ended) continue;
    if (!Clashes(device.node, rooms.layout.Container(other.id()))) continue;
    throw Error(StatusCode::FAILED_PRECONDITION, "use block device", device.container_path,
                "container " + other.id() + " uses the same device");
  }
}

}  // namespace

std::filesystem::path DeviceNode(const ContainerRecord& container, int index,
                                 const Layout& layout) {
  return layout.Container(container.id()) /
         (std::string(kDeviceNodePrefix) + std::to_string(index));
}

std::vector<ContainerDevice> MakeDevices(const ContainerRecord& container, const Rooms& rooms) {
  std::vector<ContainerDevice> devices;
  std::map<dev_t, std::string> seen;
  const auto& wanted = container.config().devices();
  for (int i = 0; i < wanted.size(); ++i) {
    if (IsCharacterDevice(wanted[i].host_path())) continue;
    const std::string& permissions = wanted[i].permissions();
    ContainerDevice device{
        .container_path = wanted[i].container_path(),
        .node = DeviceNode(container, i, rooms.layout),
        .readonly = !permissions.empty() && permissions.find('w') == std::string::npos};
    MakeBlockNode(wanted[i].host_path(), device.node, device.readonly, rooms.qemu);
    auto [first, fresh] = seen.emplace(BlockDeviceOf(device.node), device.container_path);
    if (!fresh) {
      throw Error(StatusCode::INVALID_ARGUMENT, "use block device", device.container_path,
                  first->second + " is the same device");
    }
    RequireFree(device, container, rooms);
    devices.push_back(std::move(device));
  }
  return devices;
}

}  // namespace crimux::vm
