#pragma once

#include <map>
#include <memory>
#include <string>

#include "vmruntime/exec/ssh_connection.h"

namespace crimux::vm {

// SSH connections to guests, which later commands use again: shaking hands costs many times what a
// short command does. One that nobody has used for a minute is closed. One io thread.
class SshConnections {
 public:
  // The connection of this name, or a new one, to `endpoint`. Throws Error (see
  // SshConnection::Open); UNAVAILABLE when nobody answers within ten seconds.
  Awaitable<std::shared_ptr<SshConnection>> Get(const std::string& name,
                                                const boost::asio::ip::tcp::endpoint& endpoint,
                                                const SshLogin& login);

  // Whether one of this name is up, or somebody accepts connections at `endpoint`; after a second
  // at most.
  Awaitable<bool> Answers(const std::string& name, const boost::asio::ip::tcp::endpoint& endpoint);

 private:
  // nullptr: none that is up.
  std::shared_ptr<SshConnection> Find(const std::string& name);

  std::map<std::string, std::weak_ptr<SshConnection>> connections_;
};

}  // namespace crimux::vm
