#pragma once

#include <filesystem>
#include <string>

#include "vmruntime/machine/hypervisor.h"
#include "vmruntime/pod/registry.h"

namespace crimux::vm {

// What VMs show, for those who look at them past the CRI. A container's id may be cut short. Any
// thread; blocks. Throws Error: NOT_FOUND, or FAILED_PRECONDITION when it isn't running or has no
// display.
class Displays {
 public:
  Displays(const Registry& registry, Hypervisor& hypervisor)
      : registry_(registry), hypervisor_(hypervisor) {}

  // PNG.
  std::string Screenshot(const std::string& container_id) const;
  std::filesystem::path VncSocket(const std::string& container_id) const;

 private:
  std::string Machine(const std::string& container_id, std::string_view operation) const;

  const Registry& registry_;
  Hypervisor& hypervisor_;
};

}  // namespace crimux::vm
