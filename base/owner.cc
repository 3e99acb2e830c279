#include "vmruntime/disk/owner.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.h"

namespace crimux::vm {

Owner QemuOwner(const VmConfig& config) {
  std::array<char, 16384> buffer;
  passwd user{};
  passwd* found_user = nullptr;
  ::getpwnam_r(config.qemu_user.c_str(), &user, buffer.data(), buffer.size(), &found_user);
  if (found_user == nullptr) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, "look up qemuUser", config.qemu_user,
                "no such user (the package libvirt-daemon-system creates libvirt-qemu)");
  }
  unsigned uid = user.pw_uid;
  group group_entry{};
  group* found_group = nullptr;
  ::getgrnam_r(config.qemu_group.c_str(), &group_entry, buffer.data(), buffer.size(), &found_group);
  if (found_group == nullptr) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, "look up qemuGroup", config.qemu_group,
                "no such group");
  }
  return {uid, group_entry.gr_gid};
}

void SetOwner(const std::filesystem::path& file, Owner owner) {
  if (::chown(file.c_str(), owner.uid, owner.gid) != 0) {
    throw SystemError(errno, "give to QEMU's user", file.string());
  }
}

}  // namespace crimux::vm
