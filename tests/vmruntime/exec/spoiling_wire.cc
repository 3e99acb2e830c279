#include "tests/vmruntime/exec/spoiling_wire.h"

#include <array>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace crimux::vm {

namespace asio = boost::asio;

SpoilingWire::SpoilingWire(const asio::ip::tcp::endpoint& server) {
  server_.connect(server);
  asio::co_spawn(io_, Serve(), asio::detached);
  thread_ = std::thread([this] { io_.run(); });
}

SpoilingWire::~SpoilingWire() {
  io_.stop();
  thread_.join();
}

Awaitable<void> SpoilingWire::Serve() {
  Socket client = co_await acceptor_.async_accept(asio::use_awaitable);
  co_await Race(PassOn(server_, client, true), PassOn(client, server_, false));
}

Awaitable<void> SpoilingWire::PassOn(Socket& from, Socket& to, bool may_spoil) {
  std::array<char, 4096> bytes{};
  for (;;) {
    size_t length = co_await from.async_read_some(asio::buffer(bytes), asio::use_awaitable);
    if (may_spoil && spoils_) bytes[length - 1] ^= 1;
    co_await asio::async_write(to, asio::buffer(bytes, length), asio::use_awaitable);
  }
}

}  // namespace crimux::vm
