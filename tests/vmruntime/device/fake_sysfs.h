#pragma once

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "base/file.h"

namespace crimux::vm {

// A /sys of a test's own, and nodes of the devices in it.
class FakeSysfs {
 public:
  explicit FakeSysfs(const std::filesystem::path& folder)
      : sysfs_(folder / "sys"), nodes_(folder / "dev") {
    std::filesystem::create_directories(sysfs_ / "dev/char");
    std::filesystem::create_directories(nodes_);
  }

  const std::filesystem::path& path() const { return sysfs_; }

  // A character device whose folder is `devices`/`folder`; returns its node.
  std::filesystem::path Device(const std::string& folder) {
    namespace fs = std::filesystem;
    dev_t number = makedev(240, ++count_);
    fs::create_directories(sysfs_ / "devices" / folder);
    fs::create_symlink(fs::path("../../devices") / folder,
                       sysfs_ / "dev/char" / fmt::format("{}:{}", major(number), minor(number)));
    fs::path node = nodes_ / std::to_string(count_);
    if (::mknod(node.c_str(), S_IFCHR | 0600, number) != 0) throw std::runtime_error("mknod");
    return node;
  }

  void File(const std::string& file, const std::string& text) {
    std::filesystem::create_directories((sysfs_ / file).parent_path());
    WriteFileAtomically(sysfs_ / file, text);
  }

  // A PCI device in an IOMMU group; no driver: "".
  void Pci(const std::string& group, const std::string& address, const std::string& class_code,
           const std::string& driver) {
    std::string folder = "kernel/iommu_groups/" + group + "/devices/" + address;
    File(folder + "/class", class_code + "\n");
    if (driver.empty()) return;
    std::filesystem::create_symlink("../../../bus/pci/drivers/" + driver,
                                    sysfs_ / folder / "driver");
  }

  // A mediated device in a group of its own.
  void Mediated(const std::string& group, const std::string& uuid) {
    std::filesystem::create_directories(sysfs_ / "kernel/iommu_groups" / group / "devices" / uuid);
    std::filesystem::create_directories(sysfs_ / "bus/mdev/devices" / uuid);
  }

 private:
  std::filesystem::path sysfs_;
  std::filesystem::path nodes_;
  unsigned count_ = 0;
};

}  // namespace crimux::vm
