#include "tests/vmruntime/streaming/clients.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <stdexcept>

#include <boost/beast/core/buffers_to_string.hpp>

namespace crimux::vm::streaming {
namespace {

constexpr std::string_view kScheme = "http://127.0.0.1:";

uint16_t PortOf(const std::string& url) {
  if (!url.starts_with(kScheme)) throw std::runtime_error("a strange URL: " + url);
  return static_cast<uint16_t>(std::stoi(url.substr(kScheme.size())));
}

// 0: closed.
size_t Receive(int connection, char* buffer, size_t size) {
  ssize_t length = ::recv(connection, buffer, size, 0);
  if (length < 0 && errno != ECONNRESET) throw std::runtime_error("nothing comes");
  return length < 0 ? 0 : static_cast<size_t>(length);
}

}  // namespace

UniqueFd Connect(const std::string& url) {
  UniqueFd connection(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(PortOf(url));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  timeval patience{.tv_sec = 30, .tv_usec = 0};
  ::setsockopt(connection.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  if (::connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    throw std::runtime_error("can't connect");
  }
  return connection;
}

std::string PathOf(const std::string& url) { return url.substr(url.find('/', kScheme.size())); }

std::string ReadHead(int connection) {
  std::string head;
  char byte = 0;
  while (!head.ends_with("\r\n\r\n") && Receive(connection, &byte, 1) == 1) head.push_back(byte);
  return head;
}

void SendAll(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) throw std::runtime_error("can't send");
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

std::string Ask(const std::string& url, const std::string& method, const std::string& headers,
                bool whole) {
  UniqueFd connection = Connect(url);
  SendAll(connection.get(),
          method + " " + PathOf(url) + " HTTP/1.1\r\nHost: crimux\r\n" + headers + "\r\n");
  std::string answer = ReadHead(connection.get());
  char byte = 0;
  while (whole && Receive(connection.get(), &byte, 1) == 1) answer.push_back(byte);
  return answer;
}

SpdyClient::SpdyClient(const std::string& url, const std::string& protocols)
    : connection_(Connect(url)) {
  SendAll(fd(), "POST " + PathOf(url) +
                    " HTTP/1.1\r\nHost: crimux\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
                    "X-Stream-Protocol-Version: " +
                    protocols + "\r\nContent-Length: 0\r\n\r\n");
  head_ = ReadHead(fd());
  if (!head_.starts_with("HTTP/1.1 101 ")) throw std::runtime_error("no upgrade: " + head_);
}

uint32_t SpdyClient::Open(Headers headers, bool fin) {
  uint32_t stream = next_;
  next_ += 2;
  SendAll(fd(), writer_.Write(spdy::SynStream{stream, std::move(headers), fin}));
  while (!replied_[stream] && ends_[stream].empty() && ReadOnce()) {
  }
  return replied_[stream] ? stream : 0;
}

void SpdyClient::Send(uint32_t stream, std::string_view bytes, bool fin) {
  SendAll(fd(), spdy::DataHead(stream, bytes.size(), fin) + std::string(bytes));
}

void SpdyClient::Reset(uint32_t stream) { SendAll(fd(), spdy::Write(spdy::RstStream{stream, 5})); }

std::string SpdyClient::ReadAll(uint32_t stream) {
  while (ends_[stream].empty() && ReadOnce()) {
  }
  return std::exchange(data_[stream], "");
}

std::string SpdyClient::ReadSome(uint32_t stream, size_t size) {
  while (data_[stream].size() < size && ends_[stream].empty() && ReadOnce()) {
  }
  return std::exchange(data_[stream], "");
}

bool SpdyClient::WaitForGoAway() {
  while (ReadOnce()) {
  }
  return gone_away_;
}

void SpdyClient::Ping(uint32_t id) {
  SendAll(fd(), spdy::Write(spdy::Ping{id}));
  while (!replied_[~id] && ReadOnce()) {
  }
}

bool SpdyClient::ReadOnce() {
  char buffer[16384];
  size_t length = Receive(fd(), buffer, sizeof(buffer));
  if (length == 0) return false;
  std::string_view bytes(buffer, length);
  while (auto frame = reader_.Next(&bytes)) Handle(*frame);
  return true;
}

void SpdyClient::Handle(const spdy::Frame& frame) {
  if (const auto* reply = std::get_if<spdy::SynReply>(&frame)) replied_[reply->stream] = true;
  if (const auto* ping = std::get_if<spdy::Ping>(&frame)) replied_[~ping->id] = true;
  if (const auto* reset = std::get_if<spdy::RstStream>(&frame)) ends_[reset->stream] += "reset";
  if (std::holds_alternative<spdy::GoAway>(frame)) gone_away_ = true;
  if (const auto* data = std::get_if<spdy::Data>(&frame)) {
    data_[data->stream].append(data->bytes);
    if (data->fin) ends_[data->stream] += "fin";
  }
}

CommandClient::CommandClient(const std::string& url, const std::string& protocols, bool tty)
    : spdy(url, protocols) {
  error = spdy.Open({{"streamtype", "error"}});
  in = spdy.Open({{"streamtype", "stdin"}});
  out = spdy.Open({{"streamtype", "stdout"}});
  if (tty) {
    resize = spdy.Open({{"streamtype", "resize"}});
  } else {
    err = spdy.Open({{"streamtype", "stderr"}});
  }
}

WebSocketClient::WebSocketClient(const std::string& url, const std::string& protocols) {
  namespace asio = boost::asio;
  namespace websocket = boost::beast::websocket;
  stream_.next_layer().connect({asio::ip::address_v4::loopback(), PortOf(url)});
  timeval patience{.tv_sec = 30, .tv_usec = 0};
  ::setsockopt(stream_.next_layer().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience,
               sizeof(patience));
  stream_.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
    if (!protocols.empty()) request.set("Sec-WebSocket-Protocol", protocols);
  }));
  websocket::response_type response;
  stream_.handshake(response, "crimux", PathOf(url));
  protocol_ = std::string(response["Sec-WebSocket-Protocol"]);
}

void WebSocketClient::Send(const std::string& message, bool text) {
  stream_.text(text);
  stream_.write(boost::asio::buffer(message));
}

std::string WebSocketClient::Receive() {
  boost::beast::flat_buffer buffer;
  boost::system::error_code error;
  stream_.read(buffer, error);
  if (error == boost::beast::websocket::error::closed) return "closed";
  if (error) throw boost::system::system_error(error);
  return boost::beast::buffers_to_string(buffer.data());
}

std::string WebSocketClient::ReceiveOn(char channel, size_t size) {
  std::string bytes;
  while (bytes.size() < size) {
    std::string message = Receive();
    if (message == "closed") break;
    if (message.starts_with(channel)) bytes += message.substr(1);
  }
  return bytes;
}

}  // namespace crimux::vm::streaming
