#include "vmruntime/guest/beneath.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/error.h"

namespace crimux::vm {
namespace {

constexpr auto kRefused = grpc::StatusCode::FAILED_PRECONDITION;
constexpr std::string_view kRead = "read mounted file";
constexpr size_t kMostBytes = 1 << 20;

struct DirCloser {
  void operator()(DIR* dir) const { ::closedir(dir); }
};

UniqueFd OpenBeneath(int folder, const std::filesystem::path& name, uint64_t flags) {
  open_how how{.flags = flags | O_CLOEXEC | O_NONBLOCK,
               .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
  return UniqueFd(static_cast<int>(::syscall(SYS_openat2, folder, name.c_str(), &how, sizeof how)));
}

std::string ReadRegular(int fd, const std::filesystem::path& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) throw SystemError(errno, kRead, path.string());
  if (!S_ISREG(info.st_mode)) throw Error(kRefused, kRead, path.string(), "it is no regular file");
  std::string content;
  std::array<char, 65536> buffer{};
  for (;;) {
    ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw SystemError(errno, kRead, path.string());
    if (count == 0) return content;
    content.append(buffer.data(), static_cast<size_t>(count));
    if (content.size() > kMostBytes) {
      throw Error(kRefused, kRead, path.string(), "it is larger than 1 MiB");
    }
  }
}

}  // namespace

Beneath::Beneath(const std::filesystem::path& folder)
    : folder_(folder), fd_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (!fd_) throw Error(kRefused, "open mounted folder", folder.string(), std::strerror(errno));
}

std::vector<std::string> Beneath::Names(const std::filesystem::path& below) const {
  UniqueFd again = OpenBeneath(fd_.get(), below.empty() ? "." : below, O_RDONLY | O_DIRECTORY);
  if (!again) throw SystemError(errno, "list mounted folder", folder_.string());
  std::unique_ptr<DIR, DirCloser> dir(::fdopendir(again.get()));
  if (!dir) throw SystemError(errno, "list mounted folder", folder_.string());
  again.release();
  std::vector<std::string> names;
  while (dirent* entry = ::readdir(dir.get())) {
    std::string name = entry->d_name;
    if (name != "." && !name.starts_with("..")) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

std::optional<std::string> Beneath::Read(const std::filesystem::path& name) const {
  const std::filesystem::path path = folder_ / name;
  UniqueFd fd = OpenBeneath(fd_.get(), name, O_RDONLY);
  if (!fd && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (!fd && (errno == EXDEV || errno == ELOOP)) {
    throw Error(kRefused, kRead, path.string(), "a link leads out of its volume");
  }
  if (!fd) throw SystemError(errno, kRead, path.string());
  return ReadRegular(fd.get(), path);
}

bool Beneath::IsFolder(const std::filesystem::path& name) const {
  return static_cast<bool>(OpenBeneath(fd_.get(), name, O_RDONLY | O_DIRECTORY));
}

std::string ReadMountedFile(const std::filesystem::path& file) {
  UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  if (!fd) throw Error(kRefused, kRead, file.string(), std::strerror(errno));
  return ReadRegular(fd.get(), file);
}

}  // namespace crimux::vm
