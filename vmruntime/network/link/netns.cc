#include "vmruntime/network/link/netns.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/fault_point.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/fresh_thread.h"
#include "vmruntime/network/link/netlink.h"

namespace crimux::vm {
namespace {

// A shared mount lets other mount namespaces see namespaces come and go; else a copy of the mount
// in one of them would keep a removed namespace alive.
void MakeSharedMount(const std::filesystem::path& dir) {
  UniqueFd lock = OpenFile(dir, O_RDONLY | O_DIRECTORY);
  while (::flock(lock.get(), LOCK_EX) != 0 && errno == EINTR) {
  }
  if (::mount("", dir.c_str(), "none", MS_SHARED | MS_REC, nullptr) == 0) return;
  bool not_a_mount = errno == EINVAL;
  if (!not_a_mount || ::mount(dir.c_str(), dir.c_str(), "none", MS_BIND | MS_REC, nullptr) != 0 ||
      ::mount("", dir.c_str(), "none", MS_SHARED | MS_REC, nullptr) != 0) {
    throw SystemError(errno, "make shared mount", dir.string());
  }
}

void MountNewNetns(const std::filesystem::path& path) {
  if (::unshare(CLONE_NEWNET) != 0) {
    throw SystemError(errno, "create network namespace", path.string());
  }
  Netlink().SetUp("lo");
  if (::mount("/proc/thread-self/ns/net", path.c_str(), "none", MS_BIND, nullptr) != 0) {
    throw SystemError(errno, "mount network namespace", path.string());
  }
}

UniqueFd OpenMountPoint(const std::filesystem::path& path) {
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
  if (file) return file;
  if (errno == EEXIST) {
    throw Error(grpc::ALREADY_EXISTS, "create network namespace", path.string(), "it exists");
  }
  throw SystemError(errno, "create network namespace", path.string());
}

}  // namespace

std::filesystem::path CreateNetns(const std::filesystem::path& dir, const std::string& name) {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos) {
    throw Error(grpc::INVALID_ARGUMENT, "create network namespace", name, "not a file name");
  }
  std::error_code failed;
  std::filesystem::create_directories(dir, failed);
  if (failed) throw SystemError(failed.value(), "create folder", dir.string());
  MakeSharedMount(dir);
  std::filesystem::path path = dir / name;
  OpenMountPoint(path);
  FaultPoint("run-pod.namespace-named");
  try {
    RunOnFreshThread([&] { MountNewNetns(path); });
  } catch (...) {
    ::unlink(path.c_str());
    throw;
  }
  FaultPoint("run-pod.namespace-made");
  return path;
}

void RemoveNetns(const std::filesystem::path& path) {
  while (::umount2(path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0) {
  }
  bool not_mounted = errno == EINVAL || errno == ENOENT;
  if (!not_mounted) throw SystemError(errno, "unmount network namespace", path.string());
  FaultPoint("stop-pod.namespace-unmounted");
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    throw SystemError(errno, "remove network namespace", path.string());
  }
}

bool NetnsExists(const std::filesystem::path& path) {
  struct statfs info {};
  return ::statfs(path.c_str(), &info) == 0 && info.f_type == NSFS_MAGIC;
}

void EnterNetns(const std::filesystem::path& path) {
  if (!NetnsExists(path)) {
    throw Error(grpc::NOT_FOUND, "enter network namespace", path.string(), "no such namespace");
  }
  UniqueFd netns = OpenFile(path, O_RDONLY);
  if (::setns(netns.get(), CLONE_NEWNET) != 0) {
    throw SystemError(errno, "enter network namespace", path.string());
  }
}

void RunInNetns(const std::filesystem::path& path, const std::function<void()>& work) {
  RunOnFreshThread([&] {
    EnterNetns(path);
    work();
  });
}

}  // namespace crimux::vm
