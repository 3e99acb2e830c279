#include "vmruntime/streaming/websocket_transport.h"

#include <array>

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/option.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "base/io/tcp_server.h"
#include "base/io/waiting.h"
#include "vmruntime/streaming/tcp_transport.h"

namespace crimux::vm::streaming {
namespace {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
namespace http = boost::beast::http;

// Clients cut what they send into 32 KiB.
constexpr size_t kLongestMessage = 1 << 20;
constexpr std::chrono::seconds kGoodbye{5};

// Whether it is the end; throws every other error.
bool IsEnd(const boost::system::error_code& error) {
  if (!error) return false;
  if (error == websocket::error::closed || error == asio::error::eof) return true;
  throw boost::system::system_error(error);
}

}  // namespace

WebSocketTransport::WebSocketTransport(asio::ip::tcp::socket socket) : stream_(std::move(socket)) {
  stream_.read_message_max(kLongestMessage);
}

Awaitable<void> WebSocketTransport::Accept(const Request& request, std::string protocol,
                                           bool text) {
  stream_.text(text);
  stream_.set_option(websocket::stream_base::decorator([protocol](websocket::response_type& reply) {
    if (!protocol.empty()) reply.set(http::field::sec_websocket_protocol, protocol);
  }));
  co_await stream_.async_accept(request, asio::use_awaitable);
}

Awaitable<size_t> WebSocketTransport::Read(char* buffer, size_t size) {
  boost::system::error_code error;
  size_t length = 0;
  // A message may be empty.
  while (length == 0) {
    length = co_await stream_.async_read_some(asio::buffer(buffer, size),
                                              asio::redirect_error(asio::use_awaitable, error));
    NoteActivity();
    if (IsEnd(error)) co_return 0;
  }
  co_return length;
}

Awaitable<std::optional<std::string>> WebSocketTransport::ReadMessage() {
  boost::beast::flat_buffer buffer;
  boost::system::error_code error;
  co_await stream_.async_read(buffer, asio::redirect_error(asio::use_awaitable, error));
  NoteActivity();
  if (IsEnd(error)) co_return std::nullopt;
  co_return boost::beast::buffers_to_string(buffer.data());
}

Awaitable<void> WebSocketTransport::Write(const std::string& head, const std::string& body) {
  std::array<asio::const_buffer, 2> buffers = {asio::buffer(head), asio::buffer(body)};
  co_await stream_.async_write(buffers, asio::use_awaitable);
  NoteActivity();
}

// The answer comes to whoever reads.
Awaitable<void> WebSocketTransport::SayGoodbye() { return Race(Close(), Sleep(kGoodbye)); }

Awaitable<void> WebSocketTransport::Close() {
  boost::system::error_code ignored;
  co_await stream_.async_close(websocket::close_code::normal,
                               asio::redirect_error(asio::use_awaitable, ignored));
}

Awaitable<void> WebSocketTransport::Finish() { return ShutDown(stream_.next_layer()); }

bool WebSocketTransport::ClientHasGone() const {
  return PeerHasGone(const_cast<asio::ip::tcp::socket&>(stream_.next_layer()).native_handle());
}

}  // namespace crimux::vm::streaming
