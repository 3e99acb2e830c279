#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/fd.h"

namespace crimux {

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

// Both ends close on exec. Throws Error.
inline Pipe MakePipe() {
  std::array<int, 2> fds{};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) throw SystemError(errno, "create pipe", "");
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

}  // namespace crimux
