#include "vmruntime/device/device_access.h"

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/error.h"

namespace crimux::vm {
namespace {

Owner OwnerOf(const std::filesystem::path& node) {
  struct stat info {};
  if (::stat(node.c_str(), &info) != 0) throw SystemError(errno, "use device", node.string());
  return {info.st_uid, info.st_gid};
}

}  // namespace

DeviceAccess::DeviceAccess(const std::set<std::filesystem::path>& nodes, Owner qemu) {
  try {
    for (const std::filesystem::path& node : nodes) {
      Owner owner = OwnerOf(node);
      bool left_by_a_crash = owner.uid == qemu.uid;
      lent_.push_back({node, left_by_a_crash ? Owner{} : owner});
      SetOwner(node, qemu);
    }
  } catch (...) {
    GiveBack();
    throw;
  }
}

DeviceAccess::~DeviceAccess() { GiveBack(); }

void DeviceAccess::GiveBack() {
  for (const Lent& lent : lent_) {
    try {
      SetOwner(lent.node, lent.owner);
    } catch (const std::exception& e) {
      spdlog::warn("give back device: {}", e.what());
    }
  }
}

}  // namespace crimux::vm
