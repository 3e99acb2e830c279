#include "vmruntime/disk/cdrom.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/fault_point.h"
#include "base/fd.h"
#include "base/file.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;
using grpc::StatusCode;

constexpr std::string_view kOperation = "read CD-ROM";

// What is left of `path` below `folder`; "." for the folder itself; "" when it is elsewhere.
fs::path Below(const fs::path& path, const fs::path& folder) {
  fs::path relative = path.lexically_relative(folder);
  bool outside = relative.empty() || *relative.begin() == "..";
  return outside ? fs::path() : relative;
}

fs::path Normal(const std::string& path) {
  fs::path normal = fs::path(path).lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

// The innermost mount has it.
const MountedPath& MountOf(const std::string& path, const std::vector<MountedPath>& mounts) {
  const MountedPath* best = nullptr;
  size_t length = 0;
  for (const MountedPath& mount : mounts) {
    fs::path folder = Normal(mount.container_path);
    if (Below(Normal(path), folder).empty() || folder.string().size() < length) continue;
    best = &mount;
    length = folder.string().size();
  }
  if (best == nullptr) {
    throw Error(StatusCode::INVALID_ARGUMENT, kOperation, path, "no mount of the container has it");
  }
  return *best;
}

UniqueFd OpenBelow(const fs::path& folder, const fs::path& relative, const std::string& shown) {
  UniqueFd root = OpenFile(folder, O_PATH | O_DIRECTORY);
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  UniqueFd fd(
      static_cast<int>(::syscall(SYS_openat2, root.get(), relative.c_str(), &how, sizeof(how))));
  if (fd.get() >= 0) return fd;
  if (errno != ENOENT) throw SystemError(errno, kOperation, shown);
  throw Error(StatusCode::INVALID_ARGUMENT, kOperation, shown, "the mount has no such file");
}

UniqueFd OpenInMount(const std::string& path, const std::vector<MountedPath>& mounts) {
  const MountedPath& mount = MountOf(path, mounts);
  fs::path relative = Below(Normal(path), Normal(mount.container_path));
  if (relative == ".") return OpenFile(mount.host_path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  return OpenBelow(mount.host_path, relative, path);
}

void Copy(int from, int to, uint64_t size, const std::string& shown) {
  bool can_share = true;
  while (size > 0) {
    ssize_t moved = can_share ? ::copy_file_range(from, nullptr, to, nullptr, size, 0)
                              : ::sendfile(to, from, nullptr, size);
    if (moved < 0 && can_share && errno != ENOSPC) {
      can_share = false;
      continue;
    }
    if (moved < 0) throw SystemError(errno, kOperation, shown);
    if (moved == 0) break;  // it became shorter
    size -= static_cast<uint64_t>(moved);
  }
}

}  // namespace

void CopyFromMount(const std::string& path, const std::vector<MountedPath>& mounts,
                   const fs::path& to, uint64_t limit, Owner owner) {
  UniqueFd from = OpenInMount(path, mounts);
  struct stat info {};
  if (::fstat(from.get(), &info) != 0) throw SystemError(errno, kOperation, path);
  if (!S_ISREG(info.st_mode)) {
    throw Error(StatusCode::INVALID_ARGUMENT, kOperation, path, "it is no plain file");
  }
  auto size = static_cast<uint64_t>(info.st_size);
  if (size > limit) {
    throw Error(StatusCode::RESOURCE_EXHAUSTED, kOperation, path,
                fmt::format("{} bytes; the limit is {}", size, limit));
  }
  UniqueFd copy = OpenFile(to, O_WRONLY | O_CREAT | O_EXCL, 0400);
  FaultPoint("create.cdrom-begun");
  Copy(from.get(), copy.get(), size, path);
  FaultPoint("create.cdrom-copied");
  SetOwner(to, owner);
}

}  // namespace crimux::vm
