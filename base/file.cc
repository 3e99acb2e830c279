#include "base/file.h"

#include <absl/cleanup/cleanup.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/id.h"

namespace crimux {

UniqueFd OpenFile(const std::filesystem::path& path, int flags, unsigned mode) {
  UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC, mode));
  if (!fd) throw SystemError(errno, "open", path.string());
  return fd;
}

std::string ReadFile(const std::filesystem::path& path) {
  UniqueFd fd = OpenFile(path, O_RDONLY);
  std::string content;
  std::array<char, 16384> chunk;
  for (;;) {
    ssize_t n = ::read(fd.get(), chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw SystemError(errno, "read", path.string());
    if (n == 0) return content;
    content.append(chunk.data(), static_cast<size_t>(n));
  }
}

void WriteAll(int fd, std::string_view content, const std::filesystem::path& path) {
  while (!content.empty()) {
    ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw SystemError(errno, "write", path.string());
    content.remove_prefix(static_cast<size_t>(n));
  }
}

void WriteFileAtomically(const std::filesystem::path& path, std::string_view content,
                         unsigned mode) {
  std::filesystem::path temporary = path;
  temporary += ".tmp-" + ShortId(NewId());
  absl::Cleanup remove = [&] { ::unlink(temporary.c_str()); };
  UniqueFd fd = OpenFile(temporary, O_WRONLY | O_CREAT | O_EXCL, mode);
  WriteAll(fd.get(), content, temporary);
  if (::fsync(fd.get()) != 0) throw SystemError(errno, "sync", temporary.string());
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    throw SystemError(errno, "replace", path.string());
  }
  std::move(remove).Cancel();
}

}  // namespace crimux
