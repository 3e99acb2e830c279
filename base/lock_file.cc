#include "base/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "base/error.h"
#include "base/file.h"

namespace crimux {

LockFile::LockFile(const std::filesystem::path& path, std::string_view what)
    : fd_(OpenFile(path, O_RDWR | O_CREAT)) {
  if (::flock(fd_.get(), LOCK_EX | LOCK_NB) == 0) return;
  if (errno != EWOULDBLOCK) throw SystemError(errno, "lock", path.string());
  throw Error(grpc::StatusCode::FAILED_PRECONDITION, "lock", path.string(),
              std::string("another process uses ") + std::string(what));
}

}  // namespace crimux
