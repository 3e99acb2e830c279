#include "vmruntime/share/share_tree.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/error.h"

namespace crimux::vm {
namespace {

void SetAttributes(const std::filesystem::path& target, const mount_attr& attributes,
                   unsigned flags) {
  mount_attr copy = attributes;
  if (::mount_setattr(AT_FDCWD, target.c_str(), flags, &copy, sizeof(copy)) != 0) {
    throw SystemError(errno, "set attributes of mount", target.string());
  }
}

// A file is made without opening it: a child that another thread forks just then would hold it open
// for writing until it executes its program, and the top can't become read-only meanwhile (EBUSY).
void MakeMountPoint(const std::filesystem::path& target, bool directory) {
  int result =
      directory ? ::mkdir(target.c_str(), 0755) : ::mknod(target.c_str(), S_IFREG | 0644, 0);
  if (result != 0) throw SystemError(errno, "create mount point", target.string());
}

void Bind(const SharedMount& mount, const std::filesystem::path& target) {
  MakeMountPoint(target, mount.is_directory);
  if (::mount(mount.host.c_str(), target.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0) {
    throw SystemError(errno, "bind mount", mount.host.string());
  }
  mount_attr everywhere{.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
  if (!mount.from_host) everywhere.propagation = MS_PRIVATE;
  if (mount.recursive_readonly) everywhere.attr_set |= MOUNT_ATTR_RDONLY;
  SetAttributes(target, everywhere, AT_RECURSIVE);
  if (mount.readonly) SetAttributes(target, {.attr_set = MOUNT_ATTR_RDONLY}, 0);
}

}  // namespace

void EnterPrivateMounts() {
  if (::unshare(CLONE_NEWNS) != 0) throw SystemError(errno, "create mount namespace", "");
  if (::mount("", "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) {
    throw SystemError(errno, "make slave mount", "/");
  }
}

void MakeShareTree(const std::filesystem::path& root, const std::vector<SharedMount>& mounts) {
  if (::mount("crimux", root.c_str(), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
              "size=64k,mode=0755") != 0) {
    throw SystemError(errno, "mount tmpfs", root.string());
  }
  for (const SharedMount& mount : mounts) Bind(mount, root / mount.name);
  SetAttributes(root, {.attr_set = MOUNT_ATTR_RDONLY}, 0);
}

}  // namespace crimux::vm
