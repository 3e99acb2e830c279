#include "vmruntime/console/source_file.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/error.h"

namespace crimux::vm {
namespace {

// A multiple of any page or block size.
constexpr uint64_t kFreeStep = 65536;

}  // namespace

SourceFile::SourceFile(UniqueFd fd, std::filesystem::path path)
    : fd_(std::move(fd)), path_(std::move(path)) {}

std::optional<SourceFile> SourceFile::Open(const std::filesystem::path& path) {
  // O_NONBLOCK: a FIFO in its place must not hold us up.
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd && errno == ENOENT) return std::nullopt;
  if (!fd) throw SystemError(errno, "open console file", path.string());
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) {
    throw SystemError(errno, "stat console file", path.string());
  }
  if (!S_ISREG(status.st_mode) || status.st_nlink > 1) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, "open console file", path.string(),
                "not a regular file with one name");
  }
  return SourceFile(std::move(fd), path);
}

uint64_t SourceFile::Size() const {
  struct stat status {};
  if (::fstat(fd_.get(), &status) != 0) {
    throw SystemError(errno, "stat console file", path_.string());
  }
  return static_cast<uint64_t>(status.st_size);
}

std::string_view SourceFile::Read(uint64_t offset, std::span<char> buffer) const {
  size_t filled = 0;
  while (filled < buffer.size()) {
    ssize_t n = ::pread(fd_.get(), buffer.data() + filled, buffer.size() - filled,
                        static_cast<off_t>(offset + filled));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw SystemError(errno, "read console file", path_.string());
    if (n == 0) break;
    filled += static_cast<size_t>(n);
  }
  return {buffer.data(), filled};
}

uint64_t SourceFile::FirstDataAt(uint64_t offset) const {
  // The size first: what is appended meanwhile must not be taken for freed.
  uint64_t size = Size();
  off_t data = ::lseek(fd_.get(), static_cast<off_t>(offset), SEEK_DATA);
  if (data >= 0) return static_cast<uint64_t>(data);
  return errno == ENXIO ? std::max(offset, size) : offset;
}

void SourceFile::FreeBelow(uint64_t offset) {
  uint64_t end = offset / kFreeStep * kFreeStep;
  if (end < freed_) freed_ = 0;  // the file began anew
  if (!can_free_ || end <= freed_) return;
  int result = ::fallocate(fd_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                           static_cast<off_t>(freed_), static_cast<off_t>(end - freed_));
  if (result == 0) {
    freed_ = end;
  } else if (errno != EINTR) {
    can_free_ = false;
    auto error = SystemError(errno, "free read part of console file", path_.string());
    spdlog::warn("{}; it stays until the container is removed", error.what());
  }
}

}  // namespace crimux::vm
