#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "base/fd.h"
#include "vmruntime/streaming/spdy/frame_reader.h"
#include "vmruntime/streaming/spdy/frame_writer.h"

// Clients of a streaming server, on the calling thread. What they wait for in vain for half a
// minute throws.
namespace crimux::vm::streaming {

// What a command that has succeeded ends with, in JSON.
inline constexpr const char* kSuccess = R"({"metadata":{},"status":"Success"})";

// A connection to the server of a URL.
UniqueFd Connect(const std::string& url);
std::string PathOf(const std::string& url);
// Reads up to and with the empty line behind an answer's head, byte by byte.
std::string ReadHead(int connection);
void SendAll(int connection, std::string_view bytes);

// What a request without body gets: the head of the answer, and its body if `whole`.
std::string Ask(const std::string& url, const std::string& method, const std::string& headers,
                bool whole = true);

// The client's side of SPDY, over anything that takes and gives bytes.
class SpdyClient {
 public:
  // Upgrades; throws when it isn't answered with 101.
  SpdyClient(const std::string& url, const std::string& protocols);

  using Headers = spdy::Headers;
  // Opens a stream and waits for the answer; its id, or 0 when it was reset.
  uint32_t Open(Headers headers, bool fin = false);
  void Send(uint32_t stream, std::string_view bytes, bool fin = false);
  void Reset(uint32_t stream);
  // All of a stream until its end.
  std::string ReadAll(uint32_t stream);
  // Until it has at least so much.
  std::string ReadSome(uint32_t stream, size_t size);
  // How it ended: "", "fin", "reset".
  std::string EndOf(uint32_t stream) { return ends_[stream]; }
  // Until the server closes the connection; whether it said GOAWAY.
  bool WaitForGoAway();
  void Ping(uint32_t id);
  const std::string& head() const { return head_; }
  int fd() const { return connection_.get(); }

 private:
  bool ReadOnce();
  void Handle(const spdy::Frame& frame);

  UniqueFd connection_;
  std::string head_;
  spdy::FrameWriter writer_;
  spdy::FrameReader reader_{spdy::FrameLimits()};
  uint32_t next_ = 1;
  std::map<uint32_t, std::string> data_;
  std::map<uint32_t, std::string> ends_;
  std::map<uint32_t, bool> replied_;
  bool gone_away_ = false;
};

// The three or four streams of an exec, as clients open them.
struct CommandClient {
  CommandClient(const std::string& url, const std::string& protocols, bool tty = false);

  SpdyClient spdy;
  uint32_t error;
  uint32_t in;
  uint32_t out;
  uint32_t err = 0;
  uint32_t resize = 0;
};

class WebSocketClient {
 public:
  // `protocols`: empty for none.
  WebSocketClient(const std::string& url, const std::string& protocols);

  void Send(const std::string& message, bool text = false);
  // The next message; "closed" at the end.
  std::string Receive();
  // What comes on a channel (its first byte), until `size` bytes or the end.
  std::string ReceiveOn(char channel, size_t size);
  std::string protocol() const { return protocol_; }
  void Break() { stream_.next_layer().close(); }

 private:
  boost::asio::io_context io_;
  boost::beast::websocket::stream<boost::asio::ip::tcp::socket> stream_{io_};
  std::string protocol_;
};

}  // namespace crimux::vm::streaming
