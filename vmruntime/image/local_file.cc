#include "vmruntime/image/local_file.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/file.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;

Error Failure(StatusCode code, const FetchFileSpec& spec, std::string_view cause) {
  return {code, spec.operation, spec.shown, cause};
}

// The kernel itself refuses to leave the folder, whatever changes meanwhile.
UniqueFd OpenBelow(const std::filesystem::path& folder, const std::string& relative,
                   const FetchFileSpec& spec) {
  UniqueFd at = OpenFile(folder, O_PATH | O_DIRECTORY);
  open_how how{};
  // Not blocked by a FIFO.
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  long fd = ::syscall(SYS_openat2, at.get(), relative.c_str(), &how, sizeof(how));
  if (fd >= 0) return UniqueFd(static_cast<int>(fd));
  int error = errno;
  if (error == ENOENT || error == ENOTDIR) {
    throw Failure(StatusCode::NOT_FOUND, spec, "no such file");
  }
  if (error == EXDEV || error == ELOOP) {
    throw Failure(StatusCode::PERMISSION_DENIED, spec, "a symbolic link leads out of the folder");
  }
  throw SystemError(error, "open", spec.shown);
}

UniqueFd OpenAllowed(const std::filesystem::path& path,
                     const std::vector<std::filesystem::path>& folders, const FetchFileSpec& spec) {
  for (const std::filesystem::path& folder : folders) {
    std::string start = (folder / "").native();
    if (!path.native().starts_with(start)) continue;
    return OpenBelow(folder, path.native().substr(start.size()), spec);
  }
  throw Failure(StatusCode::PERMISSION_DENIED, spec, "it is not below one of imageFolders");
}

}  // namespace

DownloadResult CopyLocalFile(const std::filesystem::path& path,
                             const std::vector<std::filesystem::path>& folders,
                             const FetchFileSpec& spec, Progress& progress, std::stop_token stop) {
  UniqueFd in = OpenAllowed(path, folders, spec);
  struct stat info {};
  if (::fstat(in.get(), &info) != 0) throw SystemError(errno, "look at", spec.shown);
  if (!S_ISREG(info.st_mode)) {
    throw Failure(StatusCode::FAILED_PRECONDITION, spec, "it is no regular file");
  }
  FetchFile out(spec);
  if (out.CloneFrom(in.get())) return out.Finish();
  out.Announce(static_cast<uint64_t>(info.st_size));
  std::vector<char> buffer(1U << 20);
  for (;;) {
    if (stop.stop_requested()) throw Failure(StatusCode::CANCELLED, spec, "cancelled");
    ssize_t n = ::read(in.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw SystemError(errno, "read", spec.shown);
    if (n == 0) return out.Finish();
    out.Write({buffer.data(), static_cast<size_t>(n)});
    progress.At(out.size(), static_cast<uint64_t>(info.st_size));
  }
}

}  // namespace crimux::vm
