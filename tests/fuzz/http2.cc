// What comes in on a connection of HTTP/2, as the server and as the client: whatever it is, each
// stream has an end, and the connection has one.
#include <nghttp2/nghttp2.h>
#include <sys/socket.h>

#include <chrono>

#include "proxy/http2/connection.h"
#include "proxy/http2/message_reader.h"
#include "proxy/http2/metadata.h"
#include "proxy/wire/message.h"
#include "tests/fuzz/target.h"

namespace crimux::fuzz {
namespace {

using proxy::http2::Connection;
using proxy::http2::HeaderList;
using proxy::http2::MessageReader;

constexpr size_t kLimit = 1000;

// Reads messages, and says them again when it is a server's.
class Echo final : public proxy::http2::Stream {
 public:
  Echo(bool answers, int* living) : answers_(answers), living_(living) { ++*living_; }

 private:
  ~Echo() override { --*living_; }

  void OnHeader(std::string_view name, std::string_view value) override {
    if (proxy::http2::IsPassedOn(name)) bytes_ += value.size();
  }
  void OnHeaders() override {
    if (!answers_ || responded_) return;
    responded_ = true;
    HeaderList headers;
    headers.Add(":status", "200");
    Respond(headers, /*more=*/true);
  }
  void OnData(std::string_view bytes) override {
    Consume(bytes.size());
    while (!bytes.empty() && !reader_.IsTooLarge()) {
      bytes.remove_prefix(reader_.Take(bytes));
      if (!reader_.IsWhole()) continue;
      Require(reader_.length() <= kLimit, "a message is within the limit");
      grpc::ByteBuffer message = reader_.Message();
      if (answers_) Send(message);
    }
  }
  void OnEnd() override {
    if (answers_) Finish({{"grpc-status", "0"}});
  }
  void OnClose(uint32_t /*error_code*/) override { delete this; }

  bool answers_;
  int* living_;
  bool responded_ = false;
  size_t bytes_ = 0;
  MessageReader reader_{kLimit};
};

void Call(Connection& connection, int* living) {
  HeaderList headers;
  headers.Add(":method", "POST");
  headers.Add(":scheme", "http");
  headers.Add(":path", "/a/b");
  auto* echo = new Echo(false, living);
  Require(connection.Request(*echo, headers), "a new connection takes calls");
}

void Check(bool is_server, std::string_view bytes) {
  int ends[2];
  Require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0,
          "a pair");
  UniqueFd peer(ends[1]);
  (void)::send(peer.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  ::shutdown(peer.get(), SHUT_WR);
  int living = 0;
  bool closed = false;
  {
    proxy::Loop loop;
    Connection::Events events;
    events.opened = [&] { return new Echo(true, &living); };
    events.closed = [&](Connection&, const std::string&) { closed = true; };
    auto make = is_server ? Connection::Serve : Connection::Connect;
    auto connection = make(loop, UniqueFd(ends[0]), std::move(events));
    if (!is_server) Call(*connection, &living);
    connection.reset();
    auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!closed && std::chrono::steady_clock::now() < end) {
      loop.context().run_one_for(std::chrono::milliseconds(100));
    }
    Require(closed, "the connection ends when the other side has");
    Require(living == 0, "each stream ends");
  }
}

// FRAME-TYPE FLAGS STREAM PAYLOAD
std::string Frame(uint8_t type, uint8_t flags, uint32_t stream, const std::string& payload) {
  std::string frame{static_cast<char>(payload.size() >> 16U),
                    static_cast<char>(payload.size() >> 8U),
                    static_cast<char>(payload.size()),
                    static_cast<char>(type),
                    static_cast<char>(flags),
                    '\0',
                    '\0',
                    '\0',
                    static_cast<char>(stream)};
  return frame + payload;
}

// Of headers without compression.
std::string Field(const std::string& name, const std::string& value) {
  return std::string(1, '\0') + Part(name) + Part(value);
}

const std::string kMessage = std::string("\0\0\0\0\3", 5) + "abc";

std::string ServerSeed() {
  return "\1PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame(NGHTTP2_SETTINGS, 0, 0, "") +
         Frame(NGHTTP2_HEADERS, 4, 1,
               Field(":method", "POST") + Field(":path", "/a") + Field("k", "v")) +
         Frame(NGHTTP2_DATA, 0, 1, kMessage) + Frame(NGHTTP2_DATA, 1, 1, kMessage) +
         Frame(NGHTTP2_HEADERS, 5, 3, Field(":path", "/b")) +
         Frame(NGHTTP2_RST_STREAM, 0, 3, std::string(4, '\0')) +
         Frame(NGHTTP2_PING, 0, 0, "12345678");
}

std::string ClientSeed() {
  return std::string(1, '\0') + Frame(NGHTTP2_SETTINGS, 0, 0, "") +
         Frame(NGHTTP2_HEADERS, 4, 1, Field(":status", "200")) +
         Frame(NGHTTP2_DATA, 0, 1, kMessage) +
         Frame(NGHTTP2_HEADERS, 5, 1, Field("grpc-status", "0"));
}

}  // namespace

std::vector<std::string> Seeds() {
  return {ServerSeed(), ClientSeed(),
          ClientSeed() + Frame(NGHTTP2_GOAWAY, 0, 0, std::string(8, '\0'))};
}

}  // namespace crimux::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  crimux::fuzz::Check((data[0] & 1U) != 0, crimux::fuzz::Text(data + 1, size - 1));
  return 0;
}
