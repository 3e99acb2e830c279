#include "vmruntime/streaming/visit.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include "base/io/tcp_server.h"
#include "base/io/waiting.h"
#include "vmruntime/streaming/channel_sessions.h"
#include "vmruntime/streaming/tcp_transport.h"
#include "vmruntime/streaming/websocket_transport.h"

namespace crimux::vm::streaming {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr uint32_t kMostHead = 16 << 10;
constexpr uint64_t kMostBody = 1 << 10;

// The ticket of "/attach/TOKEN"; nullopt as well when it is for something else.
std::optional<Ticket> TakeTicket(Tickets<Ticket>& tickets, std::string_view target) {
  std::string_view path = target.substr(0, target.find('?'));
  size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  std::string_view place = path.substr(0, slash);
  auto ticket = tickets.Take(path.substr(slash + 1));
  if (!ticket) return std::nullopt;
  const auto* command = std::get_if<Command>(&*ticket);
  std::string_view own = command == nullptr                      ? "/portforward"
                         : command->kind == CommandKind::kAttach ? "/attach"
                                                                 : "/exec";
  return place == own ? ticket : std::nullopt;
}

// Whatever the session has thrown: the client hears the end of the connection in good order.
Awaitable<void> FinishAfter(Transport& transport, Awaitable<void> session) {
  std::exception_ptr thrown;
  try {
    co_await std::move(session);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (!transport.ClientHasGone()) co_await transport.Finish();
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace

Awaitable<void> Visit::Serve() {
  co_await Race(ReadRequest(), Sleep(times_.creation));
  if (!parser_.is_done()) co_return;
  std::string_view target(parser_.get().target().data(), parser_.get().target().size());
  ticket_ = TakeTicket(tickets_, target);
  if (!ticket_) {
    Refusal unknown{.code = 404, .text = "no such URL, or no more", .accepted = {}};
    co_return co_await Refuse(std::move(unknown));
  }
  bool is_command = std::holds_alternative<Command>(*ticket_);
  Upgrade upgrade =
      Negotiate(parser_.get(), is_command ? SessionKind::kCommand : SessionKind::kPortForward);
  co_await std::visit([this](auto&& way) { return Start(std::move(way)); }, upgrade);
}

Awaitable<void> Visit::ReadRequest() {
  parser_.header_limit(kMostHead);
  parser_.body_limit(kMostBody);
  co_await http::async_read(socket_, buffer_, parser_, asio::use_awaitable);
}

Awaitable<void> Visit::Refuse(Refusal refusal) {
  http::response<http::string_body> response(http::int_to_status(refusal.code), 11);
  response.set(http::field::content_type, "text/plain; charset=utf-8");
  for (const std::string& protocol : refusal.accepted) {
    response.insert("X-Accepted-Stream-Protocol-Versions", protocol);
  }
  response.keep_alive(false);
  response.body() = refusal.text + "\n";
  response.prepare_payload();
  co_await http::async_write(socket_, response, asio::use_awaitable);
  co_await ShutDown(socket_);
}

Awaitable<void> Visit::Start(SpdyUpgrade upgrade) {
  http::response<http::empty_body> response(http::status::switching_protocols, 11);
  response.set(http::field::connection, "Upgrade");
  response.set(http::field::upgrade, "SPDY/3.1");
  response.set("X-Stream-Protocol-Version", upgrade.protocol);
  co_await http::async_write(socket_, response, asio::use_awaitable);
  TcpTransport transport(std::move(socket_), beast::buffers_to_string(buffer_.data()));
  co_await FinishAfter(transport, ServeSpdy(transport, upgrade.version));
}

Awaitable<void> Visit::Start(TunnelUpgrade upgrade) {
  WebSocketTransport transport(std::move(socket_));
  co_await transport.Accept(parser_.get(), upgrade.protocol, false);
  co_await FinishAfter(transport, ServeSpdy(transport, 0));
}

Awaitable<void> Visit::Start(ChannelUpgrade upgrade) {
  const auto* ports = std::get_if<PortForwardRequest>(&*ticket_);
  if (ports != nullptr && (ports->ports.empty() || ports->ports.size() > kMostChannels / 2)) {
    Refusal refusal{.code = 400, .text = "1 to 5 ports are wanted", .accepted = {}};
    co_return co_await Refuse(std::move(refusal));
  }
  WebSocketTransport transport(std::move(socket_));
  co_await transport.Accept(parser_.get(), upgrade.protocol.name, upgrade.protocol.base64);
  Awaitable<void> session =
      ports != nullptr
          ? ServeChannelPortForward(transport, *ports, upgrade.protocol, handlers_, times_)
          : ServeChannelCommand(transport, std::get<Command>(*ticket_), upgrade.protocol, handlers_,
                                times_);
  co_await FinishAfter(transport, std::move(session));
}

Awaitable<void> Visit::ServeSpdy(Transport& transport, int version) {
  if (const auto* ports = std::get_if<PortForwardRequest>(&*ticket_)) {
    return ServeSpdyPortForward(transport, *ports, handlers_, times_);
  }
  return ServeSpdyCommand(transport, std::get<Command>(*ticket_), version, handlers_, times_);
}

}  // namespace crimux::vm::streaming
