#include "vmruntime/pod/cdroms.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "vmruntime/disk/cdrom.h"

namespace crimux::vm {
namespace {

std::vector<MountedPath> MountsOf(const state::ContainerRecord& container) {
  std::vector<MountedPath> mounts;
  for (const auto& mount : container.config().mounts()) {
    mounts.push_back({mount.container_path(), mount.host_path()});
  }
  return mounts;
}

const ContainerDevice& DeviceAt(const std::string& path,
                                const std::vector<ContainerDevice>& devices) {
  auto found = std::ranges::find(devices, path, &ContainerDevice::container_path);
  if (found != devices.end() && path != kRootDevicePath) return *found;
  throw Error(grpc::StatusCode::INVALID_ARGUMENT, "read CD-ROM", path,
              "the container has no such device");
}

}  // namespace

std::vector<DiskSpec> MakeCdroms(const state::ContainerRecord& container,
                                 const std::vector<Cdrom>& cdroms,
                                 const std::vector<ContainerDevice>& devices, bool boot,
                                 const Rooms& rooms) {
  std::vector<DiskSpec> disks;
  for (size_t i = 0; i < cdroms.size(); ++i) {
    if (cdroms[i].boot != boot) continue;
    DiskSpec disk{
        .format = "raw", .readonly = true, .device = DiskDevice::kCdrom, .bootable = boot};
    if (cdroms[i].device.empty()) {
      disk.file = rooms.layout.Container(container.id()) / fmt::format("cdrom-{}.iso", i);
      CopyFromMount(cdroms[i].path, MountsOf(container), disk.file, rooms.config.image_size_limit,
                    rooms.qemu);
    } else {
      disk.file = DeviceAt(cdroms[i].device, devices).node;
      disk.source = DiskSource::kBlock;
    }
    disks.push_back(std::move(disk));
  }
  return disks;
}

}  // namespace crimux::vm
