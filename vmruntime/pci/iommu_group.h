#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace crimux::vm {

// What can reach each other's memory, and so is given to a VM as a whole or not at all.
struct GroupMember {
  enum class Kind { kFunction, kBridge, kMediated };

  // A PCI address, or the UUID of a mediated device.
  std::string name;
  Kind kind = Kind::kFunction;
  // Of functions and bridges; empty: none.
  std::string driver;
};

// The members of an IOMMU group, by name. Empty for a group that isn't there.
std::vector<GroupMember> MembersOfGroup(const std::string& group,
                                        const std::filesystem::path& sysfs);

// The group of a PCI function; empty: it is in none.
std::string GroupOf(const std::string& address, const std::filesystem::path& sysfs);

// vfio-pci, or one for a vendor's devices ("mlx5_vfio_pci"): QEMU can have what is bound to it.
bool IsVfioDriver(const std::string& driver);

// The last part of what a link of sysfs leads to; empty when there is no link.
std::string TargetName(const std::filesystem::path& link);

}  // namespace crimux::vm
