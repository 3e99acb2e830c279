#include "vmruntime/pod/root_disk.h"

#include <absl/cleanup/cleanup.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"

namespace crimux::vm {
namespace {

void SetOwner(const std::filesystem::path& file, Owner owner) {
  if (::chown(file.c_str(), owner.uid, owner.gid) != 0) {
    throw SystemError(errno, "give to QEMU's user", file.string());
  }
}

// qemu-img says why it failed in words only; a disk without room tells by itself.
bool DiskIsFull(const std::filesystem::path& directory) {
  struct statvfs fs {};
  return ::statvfs(directory.c_str(), &fs) == 0 && fs.f_bavail * fs.f_frsize < (1U << 20);
}

}  // namespace

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

void CreateRootDisk(const std::filesystem::path& file, const StoredImage& image, Owner owner) {
  absl::Cleanup remove = [&] { ::unlink(file.c_str()); };
  ProcessResult result =
      RunProcess({.argv = {"qemu-img", "create", "-q", "-f", "qcow2", "-F", image.format, "-b",
                           image.file.string(), file.string()}});
  if (!result.Succeeded()) {
    throw Error(DiskIsFull(file.parent_path()) ? grpc::StatusCode::RESOURCE_EXHAUSTED
                                               : grpc::StatusCode::INTERNAL,
                "create root disk", file.string(), result.Failure());
  }
  SetOwner(file, owner);
  std::move(remove).Cancel();
}

void CreateConsoleFile(const std::filesystem::path& file, Owner owner) {
  OpenFile(file, O_WRONLY | O_CREAT | O_APPEND, 0600);
  SetOwner(file, owner);
}

}  // namespace crimux::vm
