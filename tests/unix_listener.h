#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <filesystem>
#include <stdexcept>

#include "base/fd.h"

namespace crimux {

// A Unix socket at which somebody listens, and never answers.
class UnixListener {
 public:
  explicit UnixListener(const std::filesystem::path& path)
      : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    path.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
    if (::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
        ::listen(fd_.get(), 1) != 0) {
      throw std::runtime_error("listen at " + path.string());
    }
  }

 private:
  UniqueFd fd_;
};

}  // namespace crimux
