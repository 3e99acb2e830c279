#include "vmruntime/device/vfio_group.h"

#include <fmt/format.h>

#include "base/error.h"
#include "vmruntime/pci/iommu_group.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;
using grpc::StatusCode;

void RequireVfio(const GroupMember& member, const fs::path& device) {
  if (IsVfioDriver(member.driver)) return;
  throw Error(
      StatusCode::FAILED_PRECONDITION, "give device", device.string(),
      fmt::format("PCI device {} of its IOMMU group {}, not vfio-pci", member.name,
                  member.driver.empty() ? "has no driver" : "has the driver " + member.driver));
}

}  // namespace

std::vector<HostDeviceSpec> DevicesOfGroup(const std::string& group, const fs::path& device,
                                           const fs::path& sysfs) {
  std::vector<HostDeviceSpec> devices;
  for (const GroupMember& member : MembersOfGroup(group, sysfs)) {
    if (member.kind == GroupMember::Kind::kBridge) continue;
    if (member.kind == GroupMember::Kind::kMediated) {
      devices.emplace_back(MediatedDevice{member.name});
    } else {
      RequireVfio(member, device);
      devices.emplace_back(PciFunction{member.name});
    }
  }
  if (devices.empty()) {
    throw Error(StatusCode::FAILED_PRECONDITION, "give device", device.string(),
                fmt::format("IOMMU group {} has no device that a VM could have", group));
  }
  return devices;
}

fs::path GroupNodeOf(const std::string& function, const fs::path& sysfs) {
  std::string group = GroupOf(function, sysfs);
  return group.empty() ? fs::path() : fs::path("/dev/vfio") / group;
}

}  // namespace crimux::vm
