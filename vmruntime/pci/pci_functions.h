#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace crimux::vm {

// An SR-IOV virtual function, as sysfs shows it.
struct VirtualFunction {
  std::string address;        // "0000:3b:02.1"
  std::string physical_link;  // network interface of the physical function that it is a part of
  int index = 0;              // its number there
  std::string driver;         // that it is bound to; empty: none
};

// PCI functions and their drivers, by sysfs. Any thread; one call for a function at a time.
class PciFunctions {
 public:
  using Write = std::function<void(const std::filesystem::path& file, const std::string& text)>;

  // `sysfs` is "/sys", and `write` writes to files there; tests have their own.
  explicit PciFunctions(std::filesystem::path sysfs = "/sys");
  PciFunctions(std::filesystem::path sysfs, Write write);

  // Whether there is such a function and it is a virtual one.
  bool IsVirtual(const std::string& address) const;

  // Throws Error (FAILED_PRECONDITION) for what is no virtual function of a network card.
  VirtualFunction Read(const std::string& address) const;

  // Throws Error (FAILED_PRECONDITION) that says why QEMU could not be given the function: no
  // IOMMU, no vfio-pci, or another device in its IOMMU group that somebody else uses.
  void RequireVfio(const std::string& address) const;

  // Gives the function to this driver, and no other; with an empty name to none. Does nothing when
  // that is so. Throws Error (INTERNAL) when the driver doesn't take it.
  void Bind(const std::string& address, const std::string& driver) const;

  // Network interfaces of the function, in the namespace that sysfs was mounted in.
  std::vector<std::string> Links(const std::string& address) const;

 private:
  std::filesystem::path Device(const std::string& address) const;
  std::string DriverOf(const std::string& address) const;

  std::filesystem::path sysfs_;
  Write write_;
};

// Whether it has the form of a PCI address with domain ("0000:3b:02.1"); such a string is also a
// safe file name.
bool IsPciAddress(const std::string& text);

inline constexpr const char* kVfioDriver = "vfio-pci";

}  // namespace crimux::vm
