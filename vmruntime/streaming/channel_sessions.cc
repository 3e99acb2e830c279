#include "vmruntime/streaming/channel_sessions.h"

#include <fmt/format.h>

#include <optional>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "base/error.h"
#include "vmruntime/streaming/channel_connection.h"
#include "vmruntime/streaming/terminal_sizes.h"

namespace crimux::vm::streaming {
namespace {

using Channel = ChannelConnection::Channel;

enum CommandChannel : uint8_t { kStdin, kStdout, kStderr, kError, kResize, kCommandChannels };

// What a client sends where nobody reads.
void DropUnwanted(ChannelConnection& connection, const CommandRequest& request) {
  for (uint8_t number : {kStdout, kStderr, kError}) connection.channel(number).Abandon();
  if (!request.stdin) connection.channel(kStdin).Abandon();
  if (!request.tty) connection.channel(kResize).Abandon();
}

Awaitable<void> RunOnChannels(ChannelConnection& connection, Transport& transport,
                              const Command& command, const ChannelProtocol& protocol,
                              Handlers& handlers) {
  const CommandRequest& request = command.request;
  auto channel = [&](bool wanted, uint8_t number) {
    return wanted ? &connection.channel(number) : nullptr;
  };
  StreamedTerminalSizes sizes(connection.channel(kResize));
  CommandStreams streams{.in = channel(request.stdin, kStdin),
                         .out = channel(request.stdout, kStdout),
                         .err = channel(request.stderr, kStderr),
                         .sizes = request.tty ? &sizes : nullptr};
  DropUnwanted(connection, request);
  // An empty message tells the client that the session is there.
  CommandChannel first = request.stdout ? kStdout : request.stderr ? kStderr : kError;
  co_await connection.channel(first).Write(std::string());
  StatusForm form = protocol.json_status ? StatusForm::kJson : StatusForm::kWords;
  co_await RunCommand(handlers, command, streams, connection.channel(kError), form);
  co_await transport.SayGoodbye();
}

// Both channels of a port begin with its number.
Awaitable<void> Announce(uint16_t port, Channel& data, Channel& error) {
  std::string number{static_cast<char>(port & 0xff), static_cast<char>(port >> 8)};
  co_await data.Write(number);
  co_await error.Write(number);
}

// No port's failure is another's.
Awaitable<void> ForwardOne(Handlers& handlers, const std::string& sandbox_id, uint16_t port,
                           Channel& data, Channel& error) {
  std::string failure;
  try {
    co_await handlers.PortForward(sandbox_id, port, data, data);
  } catch (const Error& e) {
    failure = e.what();
  } catch (const boost::system::system_error& e) {
    if (e.code() == boost::asio::error::operation_aborted) throw;
    failure = fmt::format("forward port {}: {}", port, e.code().message());
  }
  data.Abandon();
  if (!failure.empty()) co_await error.Write(std::move(failure));
}

Awaitable<void> ForwardPorts(ChannelConnection& connection, Transport& transport,
                             const PortForwardRequest& request, Handlers& handlers,
                             TaskGroup& tasks) {
  for (size_t i = 0; i < request.ports.size(); ++i) {
    auto number = static_cast<uint8_t>(2 * i);
    Channel& data = connection.channel(number);
    Channel& error = connection.channel(number + 1);
    error.Abandon();
    co_await Announce(request.ports[i], data, error);
    tasks.Start(ForwardOne(handlers, request.sandbox_id, request.ports[i], data, error));
  }
  co_await tasks.Wait();
  co_await transport.SayGoodbye();
}

}  // namespace

Awaitable<void> ServeChannelCommand(WebSocketTransport& transport, const Command& command,
                                    const ChannelProtocol& protocol, Handlers& handlers,
                                    SessionTimes times) {
  ChannelConnection connection(co_await boost::asio::this_coro::executor, transport, protocol,
                               kCommandChannels, times.idle);
  co_await Race(connection.Run(),
                RunOnChannels(connection, transport, command, protocol, handlers));
}

Awaitable<void> ServeChannelPortForward(WebSocketTransport& transport,
                                        const PortForwardRequest& request,
                                        const ChannelProtocol& protocol, Handlers& handlers,
                                        SessionTimes times) {
  auto executor = co_await boost::asio::this_coro::executor;
  auto channels = static_cast<uint8_t>(2 * request.ports.size());
  ChannelConnection connection(executor, transport, protocol, channels, times.idle);
  TaskGroup tasks(executor);
  co_await tasks.During(
      Race(connection.Run(), ForwardPorts(connection, transport, request, handlers, tasks)));
}

}  // namespace crimux::vm::streaming
