#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "base/io/stream_url.h"
#include "base/io/waiting.h"

namespace crimux::ctl {

// The channels of Kubernetes' WebSocket protocols of exec and attach: the first byte of each
// message.
enum class Channel : uint8_t { kStdin, kStdout, kStderr, kStatus, kResize };

struct ChannelMessage {
  Channel channel = Channel::kStdin;
  std::string bytes;  // may be empty
};

// One session of exec or attach over WebSocket, in protocol v5.channel.k8s.io or, with servers that
// don't know it (containerd 1.6), v4.channel.k8s.io. On one io thread; at most one may send and one
// receive at a time. What fails on the network throws Error (UNAVAILABLE).
class ChannelClient {
 public:
  explicit ChannelClient(const boost::asio::any_io_executor& executor) : stream_(executor) {}

  // Throws Error with the server's own words when it refuses, UNIMPLEMENTED when it knows neither
  // protocol.
  Awaitable<void> Connect(const StreamUrl& url);
  const std::string& protocol() const { return protocol_; }

  // nullopt: the server has ended the session.
  Awaitable<std::optional<ChannelMessage>> Receive();
  Awaitable<void> Send(Channel channel, std::string_view bytes);
  // Only v5 can say that a channel ends.
  bool CanEndInput() const;
  Awaitable<void> EndInput();

 private:
  Awaitable<void> Write(std::string_view head, std::string_view body);

  boost::beast::websocket::stream<boost::asio::ip::tcp::socket> stream_;
  std::string protocol_;
};

}  // namespace crimux::ctl
