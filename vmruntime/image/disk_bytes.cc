#include "vmruntime/image/disk_bytes.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"

namespace crimux::vm {
namespace {

std::string ReadAt(int fd, uint64_t offset, size_t length, const std::filesystem::path& file) {
  std::string bytes(length, '\0');
  size_t done = 0;
  while (done < length) {
    ssize_t n = ::pread(fd, bytes.data() + done, length - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw SystemError(errno, "read", file.string());
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  bytes.resize(done);
  return bytes;
}

}  // namespace

DiskBytes OpenDiskBytes(const std::filesystem::path& file) {
  auto fd = std::make_shared<UniqueFd>(OpenFile(file, O_RDONLY | O_NOFOLLOW));
  uint64_t size = std::filesystem::file_size(file);
  return {size, [=](uint64_t offset, size_t length) {
            return offset < size ? ReadAt(fd->get(), offset, length, file) : std::string();
          }};
}

}  // namespace crimux::vm
