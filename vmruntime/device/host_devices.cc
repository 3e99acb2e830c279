#include "vmruntime/device/host_devices.h"

#include <absl/strings/numbers.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/file.h"
#include "vmruntime/device/character_device.h"
#include "vmruntime/device/vfio_group.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;
using grpc::StatusCode;

// Drivers of virtual devices, by the names of their miscellaneous devices, that QEMU opens by
// itself.
constexpr std::array<std::string_view, 4> kUsedAnyway{"kvm", "tun", "vhost-net", "vfio"};

Error Refusal(const fs::path& device, std::string_view reason) {
  return {StatusCode::INVALID_ARGUMENT, "give device", device.string(), reason};
}

unsigned Number(const fs::path& file) {
  unsigned number = 0;
  std::string text = ReadFile(file);
  if (!absl::SimpleAtoi(text, &number)) {
    throw Error(StatusCode::INTERNAL, "read number in", file.string(), text);
  }
  return number;
}

std::vector<HostDeviceSpec> Miscellaneous(const std::string& name, const fs::path& device) {
  if (name == "vhost-vsock") return {Vsock{}};
  if (std::ranges::find(kUsedAnyway, name) != kUsedAnyway.end()) return {};
  throw Refusal(device, fmt::format("a VM has no use for the driver {}", name));
}

std::vector<HostDeviceSpec> Group(const std::string& group, const fs::path& device,
                                  const fs::path& sysfs) {
  if (group.starts_with("noiommu")) {
    throw Refusal(device, "QEMU gives no device to a VM without an IOMMU");
  }
  return DevicesOfGroup(group, device, sysfs);
}

std::string KindOf(const fs::path& folder) { return folder.parent_path().filename(); }

bool IsUsb(const fs::path& folder) {
  return fs::exists(folder / "busnum") && fs::exists(folder / "devnum");
}

// Not the node's own screens and pseudoterminals, which have no device behind them.
bool IsSerialLine(const fs::path& folder) {
  return KindOf(folder) == "tty" && fs::exists(folder / "device");
}

}  // namespace

std::vector<HostDeviceSpec> HostDevicesOf(const fs::path& device, const fs::path& sysfs) {
  fs::path folder = SysfsFolderOf(device, sysfs);
  if (KindOf(folder) == "misc") return Miscellaneous(folder.filename(), device);
  if (KindOf(folder) == "vfio") return Group(folder.filename(), device, sysfs);
  if (IsSerialLine(folder)) return {SerialLine{device}};
  if (IsUsb(folder)) return {UsbDevice{Number(folder / "busnum"), Number(folder / "devnum")}};
  throw Refusal(device,
                "it is no block device, VFIO group, USB device, serial line or vhost-vsock, which "
                "is what a VM can have");
}

bool QemuOpensByPath(const fs::path& device, const fs::path& sysfs) {
  fs::path folder = SysfsFolderOf(device, sysfs);
  return KindOf(folder) == "vfio" || IsUsb(folder);
}

}  // namespace crimux::vm
