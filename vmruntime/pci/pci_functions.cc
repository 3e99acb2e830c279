#include "vmruntime/pci/pci_functions.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "vmruntime/pci/iommu_group.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;

void WriteToFile(const fs::path& file, const std::string& text) {
  UniqueFd fd = OpenFile(file, O_WRONLY);
  WriteAll(fd.get(), text, file);
}

std::vector<std::string> NamesIn(const fs::path& dir) {
  std::vector<std::string> names;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(dir, failed)) {
    names.push_back(entry.path().filename());
  }
  std::ranges::sort(names);
  return names;
}

Error Unusable(const std::string& address, const std::string& cause) {
  return {grpc::FAILED_PRECONDITION, "hand over PCI function", address, cause};
}

}  // namespace

bool IsPciAddress(const std::string& text) {
  constexpr std::string_view kForm = "xxxx:xx:xx.x";
  auto fits = [](char form, char c) {
    bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    return form == 'x' ? digit : c == form;
  };
  return std::ranges::equal(kForm, text, fits);
}

PciFunctions::PciFunctions(fs::path sysfs) : PciFunctions(std::move(sysfs), WriteToFile) {}

PciFunctions::PciFunctions(fs::path sysfs, Write write)
    : sysfs_(std::move(sysfs)), write_(std::move(write)) {}

fs::path PciFunctions::Device(const std::string& address) const {
  return sysfs_ / "bus/pci/devices" / address;
}

std::string PciFunctions::DriverOf(const std::string& address) const {
  return TargetName(Device(address) / "driver");
}

bool PciFunctions::IsVirtual(const std::string& address) const {
  return IsPciAddress(address) && fs::exists(Device(address) / "physfn");
}

VirtualFunction PciFunctions::Read(const std::string& address) const {
  if (!IsPciAddress(address)) throw Unusable(address, "it is no PCI address");
  if (!fs::exists(Device(address))) throw Unusable(address, "the node has no such device");
  if (!IsVirtual(address)) throw Unusable(address, "it is no virtual function (SR-IOV)");
  const fs::path physical = Device(address) / "physfn";
  std::vector<std::string> links = NamesIn(physical / "net");
  if (links.empty()) throw Unusable(address, "its physical function has no network interface");
  VirtualFunction function{
      .address = address, .physical_link = links.front(), .driver = DriverOf(address)};
  while (TargetName(physical / fmt::format("virtfn{}", function.index)) != address) {
    ++function.index;
    if (!fs::is_symlink(physical / fmt::format("virtfn{}", function.index))) {
      throw Unusable(address, fmt::format("{} doesn't know it", links.front()));
    }
  }
  return function;
}

void PciFunctions::RequireVfio(const std::string& address) const {
  const std::string group = GroupOf(address, sysfs_);
  if (group.empty()) {
    throw Unusable(address,
                   "it is in no IOMMU group (the kernel needs intel_iommu=on or the like)");
  }
  if (!fs::exists(sysfs_ / "bus/pci/drivers" / kVfioDriver)) {
    throw Unusable(address, "the kernel's module vfio-pci is not loaded");
  }
  for (const GroupMember& other : MembersOfGroup(group, sysfs_)) {
    bool is_free = other.driver.empty() || IsVfioDriver(other.driver);
    if (other.name == address || other.kind == GroupMember::Kind::kBridge || is_free) continue;
    throw Unusable(address, fmt::format("its IOMMU group {} has {} in it, which {} uses", group,
                                        other.name, other.driver));
  }
}

void PciFunctions::Bind(const std::string& address, const std::string& driver) const {
  const fs::path device = Device(address);
  // vfio-pci takes only what is given to it by name; the others know what is theirs.
  write_(device / "driver_override", driver == kVfioDriver ? driver : "\n");
  std::string present = DriverOf(address);
  if (present == driver) return;
  if (!present.empty()) write_(device / "driver/unbind", address);
  if (driver.empty()) return;
  if (driver == kVfioDriver) {
    write_(sysfs_ / "bus/pci/drivers_probe", address);
  } else {
    write_(sysfs_ / "bus/pci/drivers" / driver / "bind", address);
  }
  present = DriverOf(address);
  if (present == driver) return;
  throw Error(grpc::INTERNAL, "bind PCI function", address,
              fmt::format("{} has not taken it{}", driver,
                          present.empty() ? "" : fmt::format(", {} has", present)));
}

std::vector<std::string> PciFunctions::Links(const std::string& address) const {
  return NamesIn(Device(address) / "net");
}

}  // namespace crimux::vm
