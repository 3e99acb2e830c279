#include "vmruntime/streaming/channel_connection.h"

#include <algorithm>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace crimux::vm::streaming {
ChannelConnection::Channel::Channel(ChannelConnection& connection, uint8_t number)
    : connection_(connection), number_(number), pipe_(connection.executor_, Pipe::kCapacity) {}

Awaitable<void> ChannelConnection::Channel::Write(std::string bytes) {
  EncodedMessage message = EncodeChannelMessage(connection_.protocol_, number_, std::move(bytes));
  return connection_.queue_.Send(std::move(message.head), std::move(message.body));
}

ChannelConnection::ChannelConnection(const boost::asio::any_io_executor& executor,
                                     WebSocketTransport& transport, const ChannelProtocol& protocol,
                                     uint8_t channels, std::chrono::milliseconds idle)
    : executor_(executor),
      transport_(transport),
      protocol_(protocol),
      idle_(idle),
      queue_(executor, transport) {
  for (uint8_t number = 0; number < channels; ++number) {
    channels_.push_back(std::make_unique<Channel>(*this, number));
  }
}

Awaitable<void> ChannelConnection::Run() {
  try {
    co_await Race(Race(ReadAll(), queue_.Run()), WaitUntilIdle(transport_, idle_));
  } catch (...) {
    FailAll();
    throw;
  }
  FailAll();
}

Awaitable<void> ChannelConnection::ReadAll() {
  for (;;) {
    std::optional<std::string> bytes = co_await transport_.ReadMessage();
    if (!bytes) co_return;
    auto message = DecodeChannelMessage(protocol_, *bytes);
    if (message) std::visit([this](auto&& m) { On(std::move(m)); }, *message);
    if (!HasRoom()) co_await WaitForRoom();
  }
}

// What goes to a channel that isn't there means nothing.
void ChannelConnection::On(ChannelData message) {
  if (message.channel < channels_.size()) channels_[message.channel]->pipe_.Push(message.bytes);
}

void ChannelConnection::On(const ChannelClosed& message) {
  if (message.channel < channels_.size()) channels_[message.channel]->pipe_.End();
}

bool ChannelConnection::HasRoom() const {
  return std::all_of(channels_.begin(), channels_.end(),
                     [](const auto& channel) { return channel->pipe_.HasRoom(); });
}

Awaitable<void> ChannelConnection::WaitForRoom() {
  for (const auto& channel : channels_) {
    while (!channel->pipe_.HasRoom()) {
      co_await Race(channel->pipe_.WaitForRoom(), Sleep(Pipe::kLook));
      if (transport_.ClientHasGone()) {
        throw boost::system::system_error(boost::asio::error::connection_reset);
      }
    }
  }
}

void ChannelConnection::FailAll() {
  for (const auto& channel : channels_) channel->pipe_.Fail();
}

}  // namespace crimux::vm::streaming
