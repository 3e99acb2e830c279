#include "vmruntime/cgroup/cgroup_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/file.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;

// What the kernel says of a value, not of the file.
StatusCode CodeOfWrite(int error) {
  switch (error) {
    case EINVAL:
    case ERANGE:
    case ENODEV:
      return StatusCode::INVALID_ARGUMENT;
    case EBUSY:
    case ENOSPC:
    case EACCES:
      return StatusCode::FAILED_PRECONDITION;
    default:
      return StatusCode::INTERNAL;
  }
}

}  // namespace

bool CgroupFiles::Make(const std::filesystem::path& folder) {
  if (::mkdir(folder.c_str(), 0755) == 0) return true;
  if (errno == EEXIST) return false;
  throw SystemError(errno, "make cgroup", folder.string());
}

bool CgroupFiles::Remove(const std::filesystem::path& folder) {
  if (::rmdir(folder.c_str()) == 0 || errno == ENOENT) return true;
  if (errno == EBUSY || errno == ENOTEMPTY) return false;
  throw SystemError(errno, "remove cgroup", folder.string());
}

void CgroupFiles::Write(const std::filesystem::path& file, const std::string& value) {
  UniqueFd fd = OpenFile(file, O_WRONLY);
  // An empty one, too, has to be written.
  const std::string line = value + "\n";
  if (::write(fd.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size())) return;
  int error = errno;
  throw Error(CodeOfWrite(error), fmt::format("write \"{}\" to", value), file.string(),
              std::strerror(error));
}

}  // namespace crimux::vm
