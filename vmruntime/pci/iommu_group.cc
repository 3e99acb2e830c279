#include "vmruntime/pci/iommu_group.h"

#include <algorithm>
#include <system_error>

#include "base/file.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;

// PCI's class of bridges, as sysfs writes it. They do no DMA of their own.
constexpr std::string_view kBridgeClass = "0x06";

bool IsBridge(const fs::path& device) {
  return fs::exists(device / "class") && ReadFile(device / "class").starts_with(kBridgeClass);
}

GroupMember Member(const fs::path& device, const fs::path& sysfs) {
  GroupMember member{.name = device.filename()};
  if (fs::exists(sysfs / "bus/mdev/devices" / member.name)) {
    member.kind = GroupMember::Kind::kMediated;
    return member;
  }
  if (IsBridge(device)) member.kind = GroupMember::Kind::kBridge;
  member.driver = TargetName(device / "driver");
  return member;
}

}  // namespace

std::vector<GroupMember> MembersOfGroup(const std::string& group, const fs::path& sysfs) {
  std::vector<GroupMember> members;
  std::error_code absent;
  fs::path folder = sysfs / "kernel/iommu_groups" / group / "devices";
  for (const auto& entry : fs::directory_iterator(folder, absent)) {
    members.push_back(Member(entry.path(), sysfs));
  }
  std::ranges::sort(members, {}, &GroupMember::name);
  return members;
}

std::string GroupOf(const std::string& address, const fs::path& sysfs) {
  return TargetName(sysfs / "bus/pci/devices" / address / "iommu_group");
}

bool IsVfioDriver(const std::string& driver) {
  return driver.ends_with("vfio-pci") || driver.ends_with("vfio_pci");
}

std::string TargetName(const fs::path& link) {
  std::error_code absent;
  return fs::read_symlink(link, absent).filename();
}

}  // namespace crimux::vm
