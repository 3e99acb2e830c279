#include "vmruntime/exec/ssh_channel.h"

#include <signal.h>

#include <array>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "vmruntime/streaming/byte_stream.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;

// RFC 4254, 6.10: names without "SIG".
int SignalNumber(const char* name) {
  constexpr std::array<std::pair<const char*, int>, 13> kSignals = {{{"ABRT", SIGABRT},
                                                                     {"ALRM", SIGALRM},
                                                                     {"FPE", SIGFPE},
                                                                     {"HUP", SIGHUP},
                                                                     {"ILL", SIGILL},
                                                                     {"INT", SIGINT},
                                                                     {"KILL", SIGKILL},
                                                                     {"PIPE", SIGPIPE},
                                                                     {"QUIT", SIGQUIT},
                                                                     {"SEGV", SIGSEGV},
                                                                     {"TERM", SIGTERM},
                                                                     {"USR1", SIGUSR1},
                                                                     {"USR2", SIGUSR2}}};
  for (const auto& [known, number] : kSignals) {
    if (std::strcmp(known, name) == 0) return number;
  }
  return 0;
}

void OnExitStatus(ssh_session, ssh_channel, int status, void* exit_code) {
  *static_cast<std::optional<int>*>(exit_code) = status;
}

void OnExitSignal(ssh_session, ssh_channel, const char* name, int, const char*, const char*,
                  void* exit_code) {
  *static_cast<std::optional<int>*>(exit_code) = 128 + SignalNumber(name);
}

}  // namespace

SshChannel::SshChannel(std::shared_ptr<SshConnection> connection)
    : connection_(std::move(connection)), channel_(ssh_channel_new(connection_->session())) {
  callbacks_.userdata = &exit_code_;
  callbacks_.channel_exit_status_function = OnExitStatus;
  callbacks_.channel_exit_signal_function = OnExitSignal;
  ssh_callbacks_init(&callbacks_);
  ssh_set_channel_callbacks(channel_, &callbacks_);
}

SshChannel::~SshChannel() {
  ssh_remove_channel_callbacks(channel_, &callbacks_);
  ssh_channel_free(channel_);
  connection_->Turned();
}

Awaitable<std::unique_ptr<SshChannel>> SshChannel::Open(std::shared_ptr<SshConnection> connection) {
  std::unique_ptr<SshChannel> channel(new SshChannel(std::move(connection)));
  co_await channel->Require(
      [](ssh_channel opened, void*) { return ssh_channel_open_session(opened); }, nullptr,
      "open session");
  co_return channel;
}

Awaitable<void> SshChannel::Require(int (*call)(ssh_channel, void*), void* argument,
                                    std::string_view what) {
  int result = co_await connection_->Do([&] { return call(channel_, argument); });
  if (result == SSH_OK) co_return;
  auto code = connection_->Alive() ? StatusCode::FAILED_PRECONDITION : StatusCode::UNAVAILABLE;
  throw Error(code, what, "SSH", connection_->LastError());
}

Awaitable<void> SshChannel::RequestTerminal(streaming::TerminalSize size) {
  auto request = [](ssh_channel channel, void* argument) {
    auto* wanted = static_cast<streaming::TerminalSize*>(argument);
    return ssh_channel_request_pty_size(channel, "xterm", wanted->width, wanted->height);
  };
  co_await Require(request, &size, "request terminal");
}

Awaitable<void> SshChannel::Execute(const std::string& line) {
  auto request = [](ssh_channel channel, void* argument) {
    return ssh_channel_request_exec(channel, static_cast<const char*>(argument));
  };
  co_await Require(request, const_cast<char*>(line.c_str()), "run command");
}

void SshChannel::Kill() {
  if (exit_code_ || ssh_channel_is_open(channel_) == 0) return;
  ssh_channel_request_send_signal(channel_, "KILL");
  connection_->Turned();
}

void SshChannel::Resize(streaming::TerminalSize size) {
  ssh_channel_change_pty_size(channel_, size.width, size.height);
  connection_->Turned();
}

// Not more than the guest has room for: libssh would keep the rest in memory.
Awaitable<void> SshChannel::Write(std::string_view bytes) {
  while (!bytes.empty() && !Ended()) {
    uint64_t seen = connection_->News();
    uint32_t room = ssh_channel_window_size(channel_);
    int written = 0;
    if (room > 0 && (ssh_get_poll_flags(connection_->session()) & SSH_WRITE_PENDING) == 0) {
      auto piece = bytes.substr(0, std::min<size_t>(room, streaming::kPiece));
      written = ssh_channel_write(channel_, piece.data(), static_cast<uint32_t>(piece.size()));
      connection_->Turned();
    }
    if (written > 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else {
      co_await connection_->WaitForNews(seen);
    }
  }
}

void SshChannel::CloseInput() {
  ssh_channel_send_eof(channel_);
  connection_->Turned();
}

std::string SshChannel::Take(bool from_stderr) {
  std::string bytes(streaming::kPiece, '\0');
  int length = ssh_channel_read_nonblocking(channel_, bytes.data(),
                                            static_cast<uint32_t>(bytes.size()), from_stderr);
  connection_->Turned();
  bytes.resize(length > 0 ? static_cast<size_t>(length) : 0);
  return bytes;
}

}  // namespace crimux::vm
