#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "base/io/stream_url.h"
#include "base/io/waiting.h"
#include "base/tickets.h"

namespace crimux::proxy {

// One connection of a client: the head of its request, then the runtime's server at the other end,
// and the bytes of both until both have ended, one breaks off, or nothing goes either way for too
// long.
class RelayedVisit {
 public:
  RelayedVisit(boost::asio::ip::tcp::socket client, Tickets<StreamUrl>& tickets,
               std::chrono::milliseconds idle_timeout)
      : client_(std::move(client)), tickets_(tickets), idle_timeout_(idle_timeout) {}

  // Until the connection is at its end. What goes wrong is thrown.
  Awaitable<void> Serve();

 private:
  using Socket = boost::asio::ip::tcp::socket;
  using Tls = boost::asio::ssl::stream<Socket&>;

  Awaitable<void> ReadHead();
  Awaitable<void> Refuse(unsigned code, std::string text);
  // These two throw boost::system::system_error, also when it takes too long.
  Awaitable<void> Connect(Socket& runtime);
  Awaitable<void> StartTls(Tls& runtime);
  template <typename Stream>
  Awaitable<void> Join(Stream& runtime);
  // The client's head as the runtime's server is to see it, and what came behind it.
  std::string HeadForRuntime();

  boost::asio::ip::tcp::socket client_;
  Tickets<StreamUrl>& tickets_;
  std::chrono::milliseconds idle_timeout_;
  boost::beast::flat_buffer buffer_;
  boost::beast::http::request_parser<boost::beast::http::empty_body> parser_;
  std::optional<StreamUrl> url_;
};

}  // namespace crimux::proxy
