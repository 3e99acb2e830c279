#pragma once

#include <libssh/libssh.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "base/io/waiting.h"

namespace crimux::vm {

// Whom to be in a guest.
struct SshLogin {
  std::string user;
  // Not owned; read during Open.
  ssh_key key = nullptr;
  // Holds the fingerprint of the guest's host key once it was seen: another one is refused.
  std::filesystem::path host_key_file;
};

// One SSH connection to a guest, which several commands may share. libssh knows no coroutines: each
// of its calls is made again until it no longer says SSH_AGAIN. Any call may take in what somebody
// else waits for, or what the caller has just looked for elsewhere; so news is counted, and whoever
// waits says up to where it has looked:
//   uint64_t seen = connection.News();
//   if (nothing there) co_await connection.WaitForNews(seen);
// One io thread.
class SshConnection : public std::enable_shared_from_this<SshConnection> {
 public:
  // Shakes hands and logs in over a connected socket. Throws Error: UNAVAILABLE when the other side
  // is no SSH server or breaks off, PERMISSION_DENIED when the guest refuses the key,
  // FAILED_PRECONDITION when its host key has changed.
  static Awaitable<std::shared_ptr<SshConnection>> Open(boost::asio::ip::tcp::socket socket,
                                                        const SshLogin& login);
  SshConnection(const SshConnection&) = delete;
  SshConnection& operator=(const SshConnection&) = delete;
  ~SshConnection();

  ssh_session session() const { return session_; }
  // Neither has the other side gone, nor has it said what is no SSH.
  bool Alive() const;
  uint64_t News() const;
  // Until something may have come since the count was `seen`; also when the connection has broken.
  Awaitable<void> WaitForNews(uint64_t seen);
  // Makes the call until it says something other than SSH_AGAIN.
  Awaitable<int> Do(std::function<int()> call);
  // To be called after each call of libssh that may have taken in or left something.
  void Turned();
  // What libssh says of the last failure.
  std::string LastError() const { return ssh_get_error(session_); }

 private:
  // The socket, for waiting only: it lives on in those who wait while the connection goes.
  struct Wire;

  explicit SshConnection(boost::asio::ip::tcp::socket socket);
  Awaitable<void> LogIn(const SshLogin& login);
  void CheckHostKey(const std::filesystem::path& file) const;
  static Awaitable<void> Watch(std::shared_ptr<Wire> wire, std::weak_ptr<SshConnection> connection);
  static Awaitable<void> Flush(std::shared_ptr<Wire> wire, std::weak_ptr<SshConnection> connection);
  void TakeIn();

  ssh_session session_;
  ssh_event event_;
  ssh_counter_struct counter_{};
  uint64_t packets_seen_ = 0;
  std::shared_ptr<Wire> wire_;
};

}  // namespace crimux::vm
