#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/io/waiting.h"

namespace crimux {

// Accepts connections on one address, and serves each by a coroutine on the io thread.
class TcpServer {
 public:
  // Until the connection is at its end. What it throws ends that connection alone.
  using Serve = std::function<Awaitable<void>(boost::asio::ip::tcp::socket)>;

  // Listens at once. Port 0: any. At most 1000 connections are served at a time; more are closed.
  // `io` is run by somebody, and is stopped before this object is destroyed, and destroyed after
  // it. Throws Error (FAILED_PRECONDITION) when the address can't be had.
  TcpServer(boost::asio::io_context& io, const std::string& address, uint16_t port, Serve serve);
  TcpServer(const TcpServer&) = delete;
  TcpServer& operator=(const TcpServer&) = delete;

  // "http://127.0.0.1:1234"
  const std::string& url() const { return url_; }

 private:
  Awaitable<void> AcceptAll();
  Awaitable<void> ServeOne(boost::asio::ip::tcp::socket socket);

  Serve serve_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::string url_;
  size_t connections_ = 0;  // on the io thread
};

// Sends the end of the stream, then drops what comes until the other end closes too, for a moment
// at most: closing with bytes unread would destroy what is still on its way there.
Awaitable<void> ShutDown(boost::asio::ip::tcp::socket& socket);

}  // namespace crimux
