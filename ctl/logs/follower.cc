#include "ctl/logs/follower.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/file.h"

namespace crimux::ctl {
namespace {

bool SameFile(int a, int b) {
  struct stat x {};
  struct stat y {};
  if (::fstat(a, &x) != 0 || ::fstat(b, &y) != 0) return false;
  return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

}  // namespace

LogFollower::LogFollower(std::filesystem::path path, Sink sink)
    : path_(std::move(path)), sink_(std::move(sink)), file_(OpenFile(path_, O_RDONLY)) {}

void LogFollower::ReadAvailable() {
  do {
    ReadToEnd();
  } while (Reopen());
}

void LogFollower::Follow(const std::function<bool()>& done, std::chrono::milliseconds interval) {
  for (;;) {
    bool read = ReadToEnd();
    if (Reopen() || read) continue;
    if (done()) break;
    std::this_thread::sleep_for(interval);
  }
  ReadAvailable();
}

bool LogFollower::ReadToEnd() {
  std::array<char, 65536> chunk;
  bool any = false;
  for (;;) {
    ssize_t n = ::read(file_.get(), chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw SystemError(errno, "read", path_.string());
    if (n == 0) return any;
    any = true;
    sink_({chunk.data(), static_cast<size_t>(n)});
  }
}

bool LogFollower::Reopen() {
  // Between the renaming and the making anew there is no such file.
  UniqueFd current(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!current || SameFile(current.get(), file_.get())) return false;
  // The writer has moved on, so the old file is complete now.
  ReadToEnd();
  file_ = std::move(current);
  return true;
}

}  // namespace crimux::ctl
