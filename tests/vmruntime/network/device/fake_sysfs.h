#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/file.h"
#include "tests/temporary_dir.h"
#include "vmruntime/pci/pci_functions.h"

namespace crimux::vm {

namespace fs = std::filesystem;

// A sysfs with one network card, "0000:3b:00.0" with the link "phys0", and two virtual functions of
// it, "0000:3b:02.0" and ".1", each in an IOMMU group of its own and bound to "iavf". It does with
// what is written what the kernel does.
class FakeSysfs {
 public:
  FakeSysfs() {
    Make("0000:3b:00.0", "1", "ice");
    fs::create_directories(Device("0000:3b:00.0") / "net/phys0");
    for (const char* driver : {"ice", "iavf", "vfio-pci"}) {
      fs::create_directories(root() / "bus/pci/drivers" / driver);
    }
    for (int i : {0, 1}) {
      std::string address = "0000:3b:02." + std::to_string(i);
      Make(address, std::to_string(70 + i), "iavf");
      fs::create_directory_symlink(Device("0000:3b:00.0"), Device(address) / "physfn");
      fs::create_directory_symlink(Device(address),
                                   Device("0000:3b:00.0") / ("virtfn" + std::to_string(i)));
      fs::create_directories(Device(address) / "net" / ("vf" + std::to_string(i)));
    }
  }

  const fs::path& root() const { return dir_.path(); }
  fs::path Device(const std::string& address) const { return root() / "bus/pci/devices" / address; }
  std::string Driver(const std::string& address) const {
    std::error_code failed;
    return fs::read_symlink(Device(address) / "driver", failed).filename();
  }
  // Adds a device to the IOMMU group of a function.
  void ShareGroup(const std::string& address, const std::string& group, const std::string& driver) {
    Make(address, group, driver);
  }
  PciFunctions Functions() {
    return {root(), [this](const fs::path& file, const std::string& text) { Write(file, text); }};
  }

  // Drivers that refuse whatever they are given.
  std::vector<std::string> stubborn;

 private:
  void Make(const std::string& address, const std::string& group, const std::string& driver) {
    fs::create_directories(Device(address));
    fs::path members = root() / "kernel/iommu_groups" / group / "devices";
    fs::create_directories(members);
    fs::create_directory_symlink(Device(address), members / address);
    fs::create_directory_symlink(members.parent_path(), Device(address) / "iommu_group");
    if (driver == "pcieport") WriteFileAtomically(Device(address) / "class", "0x060400\n");
    SetDriver(address, driver);
  }

  void SetDriver(const std::string& address, const std::string& driver) {
    fs::remove(Device(address) / "driver");
    if (std::find(stubborn.begin(), stubborn.end(), driver) != stubborn.end()) return;
    fs::create_directories(root() / "bus/pci/drivers" / driver);
    fs::create_directory_symlink(root() / "bus/pci/drivers" / driver, Device(address) / "driver");
    if (driver == "iavf") fs::create_directories(Device(address) / "net/vf");
  }

  void Write(const fs::path& file, const std::string& text) {
    std::string name = file.filename();
    if (name == "driver_override") {
      overrides_[file.parent_path().filename()] = text == "\n" ? "" : text;
    } else if (name == "unbind") {
      fs::remove(Device(text) / "driver");
      fs::remove_all(Device(text) / "net");
    } else if (name == "drivers_probe") {
      std::string wanted = overrides_[text];
      SetDriver(text, wanted.empty() ? "iavf" : wanted);
    } else if (name == "bind") {
      std::string driver = file.parent_path().filename();
      // A function that is overridden is nobody else's.
      if (overrides_[text].empty() || overrides_[text] == driver) SetDriver(text, driver);
    } else {
      throw std::runtime_error("written: " + file.string());
    }
  }

  TemporaryDir dir_;
  std::map<std::string, std::string> overrides_;
};

}  // namespace crimux::vm
