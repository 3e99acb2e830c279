#include "vmruntime/console/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/file.h"

namespace crimux::vm {
namespace {

constexpr int kFlags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
constexpr mode_t kMode = 0640;

LogPosition ToPosition(const struct stat& status) {
  return {status.st_dev, status.st_ino, static_cast<uint64_t>(status.st_size)};
}

UniqueFd OpenOrCreate(const std::filesystem::path& path, bool& created) {
  UniqueFd fd(::open(path.c_str(), kFlags | O_CREAT | O_EXCL, kMode));
  created = static_cast<bool>(fd);
  if (!fd && errno == EEXIST) fd.reset(::open(path.c_str(), kFlags));
  if (!fd) throw SystemError(errno, "open log", path.string());
  return fd;
}

}  // namespace

LogPosition PositionOf(const std::filesystem::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return {};
  return ToPosition(status);
}

LogFile::LogFile(const std::filesystem::path& path)
    : path_(path), fd_(OpenOrCreate(path, created_)) {
  struct stat status {};
  if (::fstat(fd_.get(), &status) != 0) throw SystemError(errno, "stat log", path.string());
  if (!S_ISREG(status.st_mode)) {
    throw Error(grpc::StatusCode::INTERNAL, "open log", path.string(), "not a regular file");
  }
  position_ = ToPosition(status);
}

LogFile::Appended LogFile::Append(std::string_view lines) {
  if (torn_ && !CutTo(position_.size)) return {0, errno};
  size_t written = 0;
  int error_number = 0;
  while (written < lines.size()) {
    ssize_t n = ::write(fd_.get(), lines.data() + written, lines.size() - written);
    if (n > 0) {
      written += static_cast<size_t>(n);
    } else if (n == 0 || errno != EINTR) {
      error_number = n == 0 ? ENOSPC : errno;
      break;
    }
  }
  size_t kept = error_number == 0 ? written : lines.substr(0, written).rfind('\n') + 1;
  position_.size += kept;
  if (kept != written) CutTo(position_.size);
  return {kept, error_number};
}

size_t LogFile::CountLinesAfter(uint64_t size) {
  std::array<char, 65536> chunk;
  size_t lines = 0;
  uint64_t end_of_lines = std::min(size, position_.size);
  for (uint64_t at = end_of_lines; at < position_.size;) {
    ssize_t n = ::pread(fd_.get(), chunk.data(), chunk.size(), static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw SystemError(errno, "read log", path_.string());
    if (n == 0) break;
    std::string_view text(chunk.data(), static_cast<size_t>(n));
    lines += static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
    size_t last = text.rfind('\n');
    if (last != std::string_view::npos) end_of_lines = at + last + 1;
    at += text.size();
  }
  if (end_of_lines < position_.size && !CutTo(end_of_lines)) {
    throw SystemError(errno, "cut torn line of log", path_.string());
  }
  return lines;
}

bool LogFile::CutTo(uint64_t size) {
  torn_ = ::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0;
  if (!torn_) position_.size = size;
  return !torn_;
}

}  // namespace crimux::vm
