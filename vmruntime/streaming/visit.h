#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/tickets.h"
#include "vmruntime/streaming/handlers.h"
#include "vmruntime/streaming/spdy_sessions.h"
#include "vmruntime/streaming/ticket.h"
#include "vmruntime/streaming/upgrade.h"

namespace crimux::vm::streaming {

// One connection of a client: its request, and the session that comes of it.
class Visit {
 public:
  Visit(boost::asio::ip::tcp::socket socket, Tickets<Ticket>& tickets, Handlers& handlers,
        SessionTimes times)
      : socket_(std::move(socket)), tickets_(tickets), handlers_(handlers), times_(times) {}

  // Until the connection is at its end. What goes wrong is thrown.
  Awaitable<void> Serve();

 private:
  using Request = boost::beast::http::request<boost::beast::http::string_body>;

  Awaitable<void> ReadRequest();
  Awaitable<void> Refuse(Refusal refusal);
  Awaitable<void> Start(SpdyUpgrade upgrade);
  Awaitable<void> Start(ChannelUpgrade upgrade);
  Awaitable<void> Start(TunnelUpgrade upgrade);
  Awaitable<void> Start(Refusal refusal) { return Refuse(std::move(refusal)); }
  Awaitable<void> ServeSpdy(Transport& transport, int version);

  boost::asio::ip::tcp::socket socket_;
  Tickets<Ticket>& tickets_;
  Handlers& handlers_;
  SessionTimes times_;
  boost::beast::flat_buffer buffer_;
  boost::beast::http::request_parser<boost::beast::http::string_body> parser_;
  std::optional<Ticket> ticket_;
};

}  // namespace crimux::vm::streaming
