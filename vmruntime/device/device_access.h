#pragma once

#include <filesystem>
#include <set>
#include <vector>

#include "base/owner.h"

namespace crimux::vm {

// Lets QEMU's user open nodes of the node's devices for as long as it lives: QEMU opens them once,
// while it starts. Then they are given back to whom they belonged; to root if that was QEMU's user,
// whom a crash in between has left them.
class DeviceAccess {
 public:
  // Throws Error that names the node; none is changed then.
  DeviceAccess(const std::set<std::filesystem::path>& nodes, Owner qemu);
  DeviceAccess(const DeviceAccess&) = delete;
  DeviceAccess& operator=(const DeviceAccess&) = delete;
  ~DeviceAccess();

 private:
  struct Lent {
    std::filesystem::path node;
    Owner owner;
  };

  void GiveBack();

  std::vector<Lent> lent_;
};

}  // namespace crimux::vm
