#pragma once

#include <libssh/libssh.h>

#include <filesystem>
#include <memory>
#include <string>

namespace crimux::vm {

struct FreeSshKey {
  void operator()(ssh_key key) const { ssh_key_free(key); }
};
using SshKey = std::unique_ptr<std::remove_pointer_t<ssh_key>, FreeSshKey>;

// The key pair by which this node enters its guests: made once, and kept below the state directory
// for root alone. Its public half goes into the guests' seeds.
class NodeKey {
 public:
  // Makes the pair in `file` if it isn't there. Throws Error (INTERNAL) when it can't be made or
  // read.
  explicit NodeKey(const std::filesystem::path& file);

  // A line of authorized_keys.
  const std::string& public_line() const { return public_line_; }
  ssh_key key() const { return key_.get(); }

 private:
  SshKey key_;
  std::string public_line_;
};

// A private key in one of OpenSSH's or PEM's forms, without a passphrase. nullptr: it is none.
SshKey ReadPrivateKey(const std::string& text);

}  // namespace crimux::vm
