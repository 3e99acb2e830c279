#pragma once

#include <filesystem>

#include "base/fd.h"

namespace crimux {

// Keeps others out of what `path` stands for while this object lives: an exclusive lock on the
// file, which the kernel drops with the process, however it ends. The file stays. Throws Error
// (FAILED_PRECONDITION) that names `what` when another process holds it.
class LockFile {
 public:
  LockFile(const std::filesystem::path& path, std::string_view what);

 private:
  UniqueFd fd_;
};

}  // namespace crimux
