#pragma once

#include <atomic>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/io/waiting.h"

namespace crimux::vm {

// Passes one connection on to a server, and changes what the server says once it is told to.
class SpoilingWire {
 public:
  explicit SpoilingWire(const boost::asio::ip::tcp::endpoint& server);
  SpoilingWire(const SpoilingWire&) = delete;
  SpoilingWire& operator=(const SpoilingWire&) = delete;
  ~SpoilingWire();

  boost::asio::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }
  void Spoil() { spoils_ = true; }

 private:
  using Socket = boost::asio::ip::tcp::socket;

  Awaitable<void> Serve();
  Awaitable<void> PassOn(Socket& from, Socket& to, bool may_spoil);

  std::atomic<bool> spoils_ = false;
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_{io_, {boost::asio::ip::make_address("127.0.0.1"), 0}};
  Socket server_{io_};
  std::thread thread_;
};

}  // namespace crimux::vm
