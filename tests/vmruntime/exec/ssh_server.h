#pragma once

#include <sys/types.h>

#include <boost/asio/ip/tcp.hpp>

#include "tests/temporary_dir.h"

namespace crimux::vm {

// A real SSH server on loopback that lets root in with one key, and sees a home of its own.
class SshServer {
 public:
  // `public_line`: of authorized_keys. `host_key`: a file, made if it isn't there.
  SshServer(const std::string& public_line, const std::filesystem::path& host_key);
  ~SshServer();

  boost::asio::ip::tcp::endpoint endpoint() const;
  void Stop();

 private:
  TemporaryDir dir_;
  uint16_t port_ = 0;
  pid_t pid_ = 0;
};

}  // namespace crimux::vm
