#include "vmruntime/fetch/fetch_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/fault_point.h"
#include "base/file.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;

uint64_t FreeBytes(int fd, const std::filesystem::path& file) {
  struct statvfs room {};
  if (::fstatvfs(fd, &room) != 0) throw SystemError(errno, "get free space of", file.string());
  return static_cast<uint64_t>(room.f_bavail) * room.f_frsize;
}

}  // namespace

FetchFile::FetchFile(FetchFileSpec spec)
    : spec_(std::move(spec)), fd_(OpenFile(spec_.file, O_RDWR | O_CREAT | O_EXCL)) {
  FaultPoint("pull.begun");
}

FetchFile::~FetchFile() {
  if (!finished_) ::unlink(spec_.file.c_str());
}

Error FetchFile::Refusal(StatusCode code, std::string_view cause) const {
  return {code, spec_.operation, spec_.shown, cause};
}

void FetchFile::CheckSize(uint64_t size) const {
  if (size > spec_.size_limit) {
    throw Refusal(StatusCode::RESOURCE_EXHAUSTED,
                  fmt::format("larger than the limit of {} bytes", spec_.size_limit));
  }
}

void FetchFile::Announce(uint64_t total) {
  CheckSize(total);
  if (spec_.expected_size && total != *spec_.expected_size) {
    throw Refusal(StatusCode::FAILED_PRECONDITION,
                  fmt::format("it has {} bytes, not {}", total, *spec_.expected_size));
  }
  if (total <= size_) return;
  uint64_t available = FreeBytes(fd_.get(), spec_.file);
  int error = 0;
  if (total - size_ <= available &&
      ::fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(total)) != 0) {
    error = errno;
  }
  if (total - size_ > available || error == ENOSPC) {
    throw Refusal(
        StatusCode::RESOURCE_EXHAUSTED,
        fmt::format("it has {} bytes, the disk has {} bytes free", total - size_, available));
  }
  if (error != 0 && error != EOPNOTSUPP) {
    throw SystemError(error, "reserve room for", spec_.file.string());
  }
  FaultPoint("pull.reserved");
}

void FetchFile::Write(std::string_view bytes) {
  CheckSize(size_ + bytes.size());
  WriteAll(fd_.get(), bytes, spec_.file);
  hash_.Add(bytes);
  size_ += bytes.size();
}

bool FetchFile::CloneFrom(int fd) {
  if (::ioctl(fd_.get(), FICLONE, fd) != 0) return false;
  HashAll();
  return true;
}

void FetchFile::HashAll() {
  std::vector<char> buffer(1U << 20);
  hash_ = Sha256();
  size_ = 0;
  for (;;) {
    ssize_t n = ::pread(fd_.get(), buffer.data(), buffer.size(), static_cast<off_t>(size_));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw SystemError(errno, "read", spec_.file.string());
    if (n == 0) return;
    hash_.Add({buffer.data(), static_cast<size_t>(n)});
    size_ += static_cast<size_t>(n);
    CheckSize(size_);
  }
}

void FetchFile::Restart() {
  if (::ftruncate(fd_.get(), 0) != 0 || ::lseek(fd_.get(), 0, SEEK_SET) != 0) {
    throw SystemError(errno, "empty", spec_.file.string());
  }
  hash_ = Sha256();
  size_ = 0;
}

DownloadResult FetchFile::Finish() {
  if (spec_.expected_size && size_ != *spec_.expected_size) {
    throw Refusal(StatusCode::FAILED_PRECONDITION,
                  fmt::format("it has {} bytes, not {}", size_, *spec_.expected_size));
  }
  // Gives back what was reserved beyond the end.
  if (::ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0) {
    throw SystemError(errno, "shorten", spec_.file.string());
  }
  if (::fchmod(fd_.get(), 0444) != 0) throw SystemError(errno, "protect", spec_.file.string());
  if (::fsync(fd_.get()) != 0) throw SystemError(errno, "sync", spec_.file.string());
  finished_ = true;
  FaultPoint("pull.fetched");
  return {hash_.Digest(), size_};
}

}  // namespace crimux::vm
