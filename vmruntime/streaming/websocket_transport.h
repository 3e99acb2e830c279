#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "vmruntime/streaming/transport.h"

namespace crimux::vm::streaming {

// A WebSocket: either bytes in binary messages whose bounds mean nothing, or messages.
class WebSocketTransport final : public Transport {
 public:
  using Request = boost::beast::http::request<boost::beast::http::string_body>;

  explicit WebSocketTransport(boost::asio::ip::tcp::socket socket);

  // Answers the upgrade; `protocol` may be empty. `text`: the form of the messages to be written.
  Awaitable<void> Accept(const Request& request, std::string protocol, bool text);

  // Of messages, whatever their bounds.
  Awaitable<size_t> Read(char* buffer, size_t size) override;
  // The next message; nullopt: the client has closed. Longer ones than a limit break the
  // connection.
  Awaitable<std::optional<std::string>> ReadMessage();
  Awaitable<void> Write(const std::string& head, const std::string& body) override;
  Awaitable<void> SayGoodbye() override;
  Awaitable<void> Finish() override;
  bool ClientHasGone() const override;

 private:
  Awaitable<void> Close();

  boost::beast::websocket::stream<boost::asio::ip::tcp::socket> stream_;
};

}  // namespace crimux::vm::streaming
