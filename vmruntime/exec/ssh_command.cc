#include "vmruntime/exec/ssh_command.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/error.h"
#include "vmruntime/exec/pid_line.h"
#include "vmruntime/exec/ssh_channel.h"
#include "vmruntime/guest/text.h"

namespace crimux::vm {
namespace {

constexpr streaming::TerminalSize kUsualTerminal{80, 24};
constexpr std::chrono::seconds kKillPatience{10};

Awaitable<void> Forever() {
  Signal never(co_await boost::asio::this_coro::executor);
  for (;;) co_await never.Wait();
}

Awaitable<void> CopyInput(SshChannel& channel, streaming::InputStream* in) {
  while (in != nullptr) {
    std::string bytes = co_await in->Read();
    if (bytes.empty()) break;
    co_await channel.Write(bytes);
  }
  channel.CloseInput();
  co_await Forever();
}

Awaitable<void> CopySizes(SshChannel& channel, streaming::TerminalSizes* sizes) {
  while (sizes != nullptr) {
    auto size = co_await sizes->Next();
    if (!size) break;
    channel.Resize(*size);
  }
  co_await Forever();
}

Awaitable<void> Give(streaming::OutputStream* out, std::string& bytes) {
  if (out != nullptr && !bytes.empty()) co_await out->Write(std::move(bytes));
}

// A command that runs: its channel, and whom to kill.
struct Running {
  std::shared_ptr<SshConnection> connection;
  std::unique_ptr<SshChannel> channel;
  PidLine pid_line;
};

Awaitable<void> CopyOutput(Running& command, streaming::CommandStreams streams) {
  for (;;) {
    uint64_t seen = command.connection->News();
    bool ended = command.channel->Ended();
    std::string out = command.channel->Take(false);
    std::string err = command.channel->Take(true);
    bool nothing = out.empty() && err.empty();
    out = command.pid_line.Without(std::move(out));
    co_await Give(streams.out, out);
    co_await Give(streams.err, err);
    if (!nothing) continue;
    if (ended) break;
    co_await command.connection->WaitForNews(seen);
  }
  std::string rest = command.pid_line.Rest();
  co_await Give(streams.out, rest);
}

Awaitable<void> Finish(SshConnection& connection, SshChannel& channel) {
  while (!channel.Ended()) {
    uint64_t seen = connection.News();
    std::string out = channel.Take(false);
    std::string err = channel.Take(true);
    if (out.empty() && err.empty()) co_await connection.WaitForNews(seen);
  }
}

// Until the command has said whom to kill, or has ended.
Awaitable<void> LearnPid(Running& command) {
  while (!command.pid_line.pid() && !command.channel->Ended()) {
    uint64_t seen = command.connection->News();
    std::string out = command.channel->Take(false);
    if (out.empty()) co_await command.connection->WaitForNews(seen);
    command.pid_line.Without(std::move(out));
  }
}

// Through a second session: SSH has a signal for it, which OpenSSH doesn't pass on to root's
// commands. OpenSSH makes each command the leader of a process group, Dropbear doesn't.
Awaitable<void> KillGroup(Running& command) {
  co_await LearnPid(command);
  if (!command.pid_line.pid()) co_return;
  const std::string line =
      fmt::format("kill -KILL -{0} 2>/dev/null || kill -KILL {0}", *command.pid_line.pid());
  std::unique_ptr<SshChannel> channel = co_await SshChannel::Open(command.connection);
  co_await channel->Execute(line);
  co_await Finish(*command.connection, *channel);
}

Awaitable<void> GiveUp() {
  co_await Sleep(kKillPatience);
  throw Error(grpc::StatusCode::UNAVAILABLE, "kill command", "in the guest", "it doesn't answer");
}

Awaitable<void> KillInTime(std::shared_ptr<Running> command) {
  try {
    co_await Race(KillGroup(*command), GiveUp());
  } catch (const std::exception& e) {
    spdlog::warn("a command that nobody waits for may run on in its guest: {}", e.what());
  }
}

// Sees to it that the command ends when nobody waits for it any more.
class GroupKiller {
 public:
  GroupKiller(std::shared_ptr<Running> command, bool tty, boost::asio::any_io_executor executor)
      : command_(std::move(command)), tty_(tty), executor_(std::move(executor)) {}
  GroupKiller(const GroupKiller&) = delete;
  GroupKiller& operator=(const GroupKiller&) = delete;
  ~GroupKiller() {
    if (command_->channel->ExitCode() || !command_->connection->Alive()) return;
    if (tty_) {
      // It goes with its terminal, unless it minds no hangup.
      command_->channel->Kill();
    } else {
      boost::asio::co_spawn(executor_, KillInTime(std::move(command_)), boost::asio::detached);
    }
  }

 private:
  std::shared_ptr<Running> command_;
  bool tty_;
  boost::asio::any_io_executor executor_;
};

}  // namespace

std::string ShellLine(const std::vector<std::string>& command) {
  std::string line = "exec";
  for (const std::string& word : command) line += " " + ShellQuoted(word);
  return line;
}

Awaitable<int> RunOverSsh(std::shared_ptr<SshConnection> connection,
                          const std::vector<std::string>& command, bool tty,
                          streaming::CommandStreams streams) {
  auto running = std::make_shared<Running>();
  running->connection = connection;
  running->channel = co_await SshChannel::Open(connection);
  SshChannel& channel = *running->channel;
  if (tty) {
    co_await channel.RequestTerminal(kUsualTerminal);
    running->pid_line.Rest();
  }
  const std::string line = (tty ? "" : PidLine::kSayIt) + ShellLine(command);
  boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  GroupKiller killer(running, tty, executor);
  co_await channel.Execute(line);
  co_await Race(
      CopyOutput(*running, streams),
      Race(CopyInput(channel, streams.in), CopySizes(channel, tty ? streams.sizes : nullptr)));
  if (auto code = channel.ExitCode()) co_return *code;
  throw Error(grpc::StatusCode::UNAVAILABLE, "run over SSH", command.front(),
              "the connection ended before the command");
}

}  // namespace crimux::vm
