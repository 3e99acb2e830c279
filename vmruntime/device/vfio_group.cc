#include "vmruntime/device/vfio_group.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/error.h"
#include "base/file.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;
using grpc::StatusCode;

// PCI's class code of bridges, as sysfs writes it.
constexpr std::string_view kBridgeClass = "0x06";

// "/sys/bus/pci/drivers/vfio-pci" -> "vfio-pci"; "" when nothing is bound.
std::string DriverOf(const fs::path& function) {
  std::error_code absent;
  return fs::read_symlink(function / "driver", absent).filename();
}

// vfio-pci itself, or one for a vendor's devices: "mlx5_vfio_pci".
bool IsVfio(const std::string& driver) {
  return driver.ends_with("vfio-pci") || driver.ends_with("vfio_pci");
}

void RequireVfio(const fs::path& function, const fs::path& device) {
  std::string driver = DriverOf(function);
  if (IsVfio(driver)) return;
  throw Error(
      StatusCode::FAILED_PRECONDITION, "give device", device.string(),
      fmt::format("PCI device {} of its IOMMU group {}, not vfio-pci", function.filename().string(),
                  driver.empty() ? "has no driver" : "has the driver " + driver));
}

std::vector<fs::path> Members(const fs::path& group) {
  std::vector<fs::path> members;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(group, absent)) members.push_back(entry.path());
  std::ranges::sort(members);
  return members;
}

}  // namespace

std::vector<HostDeviceSpec> DevicesOfGroup(const std::string& group, const fs::path& device,
                                           const fs::path& sysfs) {
  std::vector<HostDeviceSpec> devices;
  for (const fs::path& member : Members(sysfs / "kernel/iommu_groups" / group / "devices")) {
    std::string name = member.filename();
    if (fs::exists(sysfs / "bus/mdev/devices" / name)) {
      devices.emplace_back(MediatedDevice{name});
      continue;
    }
    if (ReadFile(member / "class").starts_with(kBridgeClass)) continue;
    RequireVfio(member, device);
    devices.emplace_back(PciFunction{name});
  }
  if (devices.empty()) {
    throw Error(StatusCode::FAILED_PRECONDITION, "give device", device.string(),
                fmt::format("IOMMU group {} has no device that a VM could have", group));
  }
  return devices;
}

fs::path GroupNodeOf(const std::string& function, const fs::path& sysfs) {
  std::error_code absent;
  fs::path group = fs::read_symlink(sysfs / "bus/pci/devices" / function / "iommu_group", absent);
  return group.empty() ? fs::path() : fs::path("/dev/vfio") / group.filename();
}

}  // namespace crimux::vm
