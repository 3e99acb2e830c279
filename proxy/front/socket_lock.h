#pragma once

#include <filesystem>

#include "base/lock_file.h"

namespace crimux::proxy {

// The right to listen on a Unix socket, held while this lives: a lock on "<socket>.lock". A socket
// that a dead daemon left has to be removed before another can listen there, and looks like a live
// one's; who has the lock may remove it. The lock file stays.
class SocketLock {
 public:
  // Makes the folder if need be. Throws Error: FAILED_PRECONDITION when the lock is held or
  // somebody answers on the socket, INVALID_ARGUMENT when the path is too long for a socket.
  explicit SocketLock(const std::filesystem::path& socket);

  const std::filesystem::path& socket() const { return socket_; }

 private:
  std::filesystem::path socket_;
  LockFile lock_;
};

}  // namespace crimux::proxy
