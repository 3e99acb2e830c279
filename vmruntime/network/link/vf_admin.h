#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace crimux::vm {

// What a physical function lays down for one of its virtual ones.
struct VfSettings {
  std::string mac;  // "00:00:00:00:00:00": none
  uint32_t vlan = 0;
  uint32_t vlan_qos = 0;
  bool trust = false;
  bool spoof_check = true;

  bool operator==(const VfSettings&) const = default;
};

// The node's side of virtual functions: links of the namespace of the calling thread. Each call
// throws Error (INTERNAL) that names the link.
class VfAdmin {
 public:
  virtual ~VfAdmin() = default;

  // Of virtual function number `index` of the link `physical`.
  virtual VfSettings Read(const std::string& physical, int index) = 0;
  virtual void Apply(const std::string& physical, int index, const VfSettings& settings) = 0;

  // Moves a link into a namespace, where it is called `name`.
  virtual void Move(const std::string& link, const std::filesystem::path& netns,
                    const std::string& name) = 0;
};

class NetlinkVfAdmin : public VfAdmin {
 public:
  VfSettings Read(const std::string& physical, int index) override;
  void Apply(const std::string& physical, int index, const VfSettings& settings) override;
  void Move(const std::string& link, const std::filesystem::path& netns,
            const std::string& name) override;
};

// The PCI address of a link of the calling thread's namespace; empty for one that is no device's.
std::string PciAddressOf(const std::string& link);

}  // namespace crimux::vm
