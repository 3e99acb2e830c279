#include "ctl/stream/channel_client.h"

#include <fmt/format.h>

#include <array>

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/error.hpp>

#include "base/error.h"

namespace crimux::ctl {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

constexpr const char* kV5 = "v5.channel.k8s.io";
constexpr const char* kV4 = "v4.channel.k8s.io";
constexpr std::string_view kEndOfInput{"\xff\0", 2};
// Servers send pieces of 32 KiB.
constexpr size_t kLongestMessage = 4 << 20;

void Check(const error_code& error, std::string_view operation, std::string_view object) {
  if (!error) return;
  throw Error(grpc::StatusCode::UNAVAILABLE, operation, object, error.message());
}

// Whether the server has gone, with a goodbye or without; the status that came before says whether
// all was well. "Aborted" is what Beast calls everything once one operation has failed.
bool IsEnd(const error_code& error) {
  return error == websocket::error::closed || error == asio::error::eof ||
         error == asio::error::connection_reset || error == asio::error::broken_pipe ||
         error == asio::error::not_connected || error == asio::error::operation_aborted;
}

Error Refused(const std::string& place, const websocket::response_type& answer) {
  std::string words = answer.body();
  while (words.ends_with('\n')) words.pop_back();
  return {grpc::StatusCode::INTERNAL, "open stream at", place,
          fmt::format("HTTP {}: {}", answer.result_int(), words)};
}

}  // namespace

Awaitable<void> ChannelClient::Connect(const StreamUrl& url) {
  std::string place = url.Authority();
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  asio::ip::tcp::resolver resolver(stream_.get_executor());
  auto addresses = co_await resolver.async_resolve(url.host, std::to_string(url.port), token);
  Check(error, "look up", place);
  co_await asio::async_connect(stream_.next_layer(), addresses, token);
  Check(error, "connect to", place);
  stream_.next_layer().set_option(asio::ip::tcp::no_delay(true));
  stream_.set_option(websocket::stream_base::decorator([](websocket::request_type& request) {
    request.set(http::field::sec_websocket_protocol, fmt::format("{}, {}", kV5, kV4));
  }));
  stream_.read_message_max(kLongestMessage);
  stream_.binary(true);
  // Some servers take each frame for a message.
  stream_.auto_fragment(false);
  websocket::response_type answer;
  co_await stream_.async_handshake(answer, place, url.target, token);
  if (error == websocket::error::upgrade_declined) throw Refused(place, answer);
  Check(error, "open stream at", place);
  protocol_ = std::string(answer[http::field::sec_websocket_protocol]);
  if (protocol_ != kV5 && protocol_ != kV4) {
    throw Error(grpc::StatusCode::UNIMPLEMENTED, "open stream at", place,
                fmt::format("it speaks \"{}\", neither {} nor {}", protocol_, kV5, kV4));
  }
}

Awaitable<std::optional<ChannelMessage>> ChannelClient::Receive() {
  std::string bytes;
  // An empty message means nothing.
  while (bytes.empty()) {
    boost::beast::flat_buffer buffer;
    error_code error;
    co_await stream_.async_read(buffer, asio::redirect_error(asio::use_awaitable, error));
    if (IsEnd(error)) co_return std::nullopt;
    Check(error, "read from", "the stream");
    bytes = boost::beast::buffers_to_string(buffer.data());
  }
  auto channel = static_cast<Channel>(static_cast<uint8_t>(bytes.front()));
  bytes.erase(0, 1);
  co_return ChannelMessage{channel, std::move(bytes)};
}

Awaitable<void> ChannelClient::Send(Channel channel, std::string_view bytes) {
  std::string head(1, static_cast<char>(channel));
  co_await Write(head, bytes);
}

bool ChannelClient::CanEndInput() const { return protocol_ == kV5; }

Awaitable<void> ChannelClient::EndInput() { return Write(kEndOfInput, ""); }

Awaitable<void> ChannelClient::Write(std::string_view head, std::string_view body) {
  std::array<asio::const_buffer, 2> buffers = {asio::buffer(head), asio::buffer(body)};
  error_code error;
  co_await stream_.async_write(buffers, asio::redirect_error(asio::use_awaitable, error));
  Check(error, "write to", "the stream");
}

}  // namespace crimux::ctl
