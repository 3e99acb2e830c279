#pragma once

#include <libssh/callbacks.h>

#include <optional>
#include <string>
#include <string_view>

#include "vmruntime/exec/ssh_connection.h"
#include "vmruntime/streaming/handlers.h"

namespace crimux::vm {

// One session in an SSH connection: a command with its streams. When it goes, so do a terminal's
// command and what reads from it or writes to it, but nothing else.
class SshChannel {
 public:
  // Opens it. Throws Error.
  static Awaitable<std::unique_ptr<SshChannel>> Open(std::shared_ptr<SshConnection> connection);
  SshChannel(const SshChannel&) = delete;
  SshChannel& operator=(const SshChannel&) = delete;
  ~SshChannel();

  Awaitable<void> RequestTerminal(streaming::TerminalSize size);
  Awaitable<void> Execute(const std::string& line);
  // Asks the guest's server to kill the command, if it hasn't ended. OpenSSH doesn't for root.
  void Kill();
  void Resize(streaming::TerminalSize size);

  // All of `bytes`, as fast as the command takes them.
  Awaitable<void> Write(std::string_view bytes);
  void CloseInput();
  // What has come on one of the command's outputs; empty when there is nothing now. It may take in
  // what has come on the other one.
  std::string Take(bool from_stderr);
  // The command has ended, and nothing more will come.
  bool Ended() const { return ssh_channel_is_closed(channel_) != 0 || !connection_->Alive(); }
  // nullopt: the connection broke before it was told.
  std::optional<int> ExitCode() const { return exit_code_; }

 private:
  explicit SshChannel(std::shared_ptr<SshConnection> connection);
  // Throws Error when the guest's answer isn't yes.
  Awaitable<void> Require(int (*call)(ssh_channel, void*), void* argument, std::string_view what);

  std::shared_ptr<SshConnection> connection_;
  ssh_channel channel_;
  ssh_channel_callbacks_struct callbacks_{};
  std::optional<int> exit_code_;
};

}  // namespace crimux::vm
