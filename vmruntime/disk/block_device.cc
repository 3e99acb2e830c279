#include "vmruntime/disk/block_device.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/fault_point.h"
#include "base/file.h"

namespace crimux::vm {
namespace {

void RequireUsable(const std::filesystem::path& node) {
  UniqueFd fd(::open(node.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (fd.get() >= 0) return;
  if (errno != EACCES) throw SystemError(errno, "open block device", node.string());
  throw Error(grpc::StatusCode::FAILED_PRECONDITION, "open block device", node.string(),
              "stateDir must not lie on a file system that is mounted nodev");
}

}  // namespace

void MakeBlockNode(const std::filesystem::path& device, const std::filesystem::path& node,
                   bool readonly, Owner owner) {
  struct stat info {};
  // A device may hide behind a link; kubelets give such ones.
  if (::stat(device.c_str(), &info) != 0) {
    throw SystemError(errno, "use block device", device.string());
  }
  if (!S_ISBLK(info.st_mode)) {
    throw Error(grpc::StatusCode::INVALID_ARGUMENT, "use block device", device.string(),
                "it is not a block device");
  }
  if (::mknod(node.c_str(), S_IFBLK | (readonly ? 0400 : 0600), info.st_rdev) != 0) {
    throw SystemError(errno, "make node of block device", node.string());
  }
  FaultPoint("create.device-made");
  SetOwner(node, owner);
  RequireUsable(node);
}

dev_t BlockDeviceOf(const std::filesystem::path& node) {
  struct stat info {};
  return ::stat(node.c_str(), &info) == 0 && S_ISBLK(info.st_mode) ? info.st_rdev : 0;
}

uint64_t BlockDeviceSize(const std::filesystem::path& node) {
  UniqueFd fd = OpenFile(node, O_RDONLY);
  uint64_t size = 0;
  if (::ioctl(fd.get(), BLKGETSIZE64, &size) != 0) {
    throw SystemError(errno, "get size of block device", node.string());
  }
  return size;
}

}  // namespace crimux::vm
