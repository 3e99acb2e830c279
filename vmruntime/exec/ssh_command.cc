#include "vmruntime/exec/ssh_command.h"

#include <utility>

#include <boost/asio/this_coro.hpp>

#include "base/error.h"
#include "vmruntime/exec/ssh_channel.h"
#include "vmruntime/guest/text.h"

namespace crimux::vm {
namespace {

constexpr streaming::TerminalSize kUsualTerminal{80, 24};

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

// Whether anything had come.
Awaitable<bool> CopyPiece(SshChannel& channel, bool from_stderr, streaming::OutputStream* out) {
  std::string bytes = channel.Take(from_stderr);
  if (bytes.empty()) co_return false;
  if (out != nullptr) co_await out->Write(std::move(bytes));
  co_return true;
}

Awaitable<void> CopyOutput(SshConnection& connection, SshChannel& channel,
                           streaming::CommandStreams streams) {
  for (;;) {
    bool ended = channel.Ended();
    bool out = co_await CopyPiece(channel, false, streams.out);
    bool err = co_await CopyPiece(channel, true, streams.err);
    if (out || err) continue;
    if (ended) co_return;
    co_await connection.WaitForNews();
  }
}

}  // namespace

std::string ShellLine(const std::vector<std::string>& command) {
  std::string line = "exec";
  for (const std::string& word : command) line += " " + ShellQuoted(word);
  return line;
}

Awaitable<int> RunOverSsh(std::shared_ptr<SshConnection> connection,
                          const std::vector<std::string>& command, bool tty,
                          streaming::CommandStreams streams) {
  std::unique_ptr<SshChannel> channel = co_await SshChannel::Open(connection);
  if (tty) co_await channel->RequestTerminal(kUsualTerminal);
  co_await channel->Execute(ShellLine(command));
  co_await Race(
      CopyOutput(*connection, *channel, streams),
      Race(CopyInput(*channel, streams.in), CopySizes(*channel, tty ? streams.sizes : nullptr)));
  if (auto code = channel->ExitCode()) co_return *code;
  throw Error(grpc::StatusCode::UNAVAILABLE, "run over SSH", command.front(),
              "the connection ended before the command");
}

}  // namespace crimux::vm
