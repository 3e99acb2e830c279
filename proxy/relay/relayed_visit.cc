#include "proxy/relay/relayed_visit.h"

#include <fmt/format.h>

#include <sstream>
#include <string>

#include <boost/asio/connect.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "base/io/tcp_server.h"
#include "proxy/relay/both_ways.h"

namespace crimux::proxy {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
using asio::ip::tcp;

// The client's, which passes on what the user sent: room for a token.
constexpr uint32_t kMostHead = 64 << 10;
constexpr std::chrono::seconds kHeadTime{30};
constexpr std::chrono::seconds kConnectTime{30};

std::string_view TokenOf(std::string_view target) {
  std::string_view path = target.substr(0, target.find('?'));
  constexpr std::string_view kFolder = "/stream/";
  return path.starts_with(kFolder) ? path.substr(kFolder.size()) : "";
}

// The runtime's certificate proves nothing: it is made by the runtime for itself, as the kubelet,
// which doesn't look at it either, expects. What is relayed never leaves for another address than
// the one that the runtime named.
ssl::context TlsContext() {
  ssl::context context(ssl::context::tls_client);
  context.set_verify_mode(ssl::verify_none);
  return context;
}

Awaitable<void> GiveUp(std::chrono::milliseconds time) {
  co_await Sleep(time);
  throw boost::system::system_error(asio::error::timed_out);
}

}  // namespace

Awaitable<void> RelayedVisit::Serve() {
  co_await Race(ReadHead(), Sleep(kHeadTime));
  if (!parser_.is_header_done()) co_return;
  std::string_view target(parser_.get().target().data(), parser_.get().target().size());
  url_ = tickets_.Take(TokenOf(target));
  if (!url_) co_return co_await Refuse(404, "no such URL, or no more");
  Socket runtime(client_.get_executor());
  ssl::context context = TlsContext();
  Tls tls(runtime, context);
  std::string failure;
  try {
    co_await Race(Connect(runtime), GiveUp(kConnectTime));
    if (url_->tls) co_await Race(StartTls(tls), GiveUp(kConnectTime));
  } catch (const boost::system::system_error& e) {
    failure =
        fmt::format("connect to the runtime at {}: {}", url_->Authority(), e.code().message());
  }
  if (!failure.empty()) co_return co_await Refuse(502, std::move(failure));
  if (url_->tls) co_return co_await Join(tls);
  co_await Join(runtime);
}

Awaitable<void> RelayedVisit::ReadHead() {
  parser_.header_limit(kMostHead);
  co_await http::async_read_header(client_, buffer_, parser_, asio::use_awaitable);
}

Awaitable<void> RelayedVisit::Refuse(unsigned code, std::string text) {
  http::response<http::string_body> response(http::int_to_status(code), 11);
  response.set(http::field::content_type, "text/plain; charset=utf-8");
  response.keep_alive(false);
  response.body() = text + "\n";
  response.prepare_payload();
  co_await http::async_write(client_, response, asio::use_awaitable);
  co_await ShutDown(client_);
}

Awaitable<void> RelayedVisit::Connect(Socket& runtime) {
  tcp::resolver resolver(client_.get_executor());
  auto addresses =
      co_await resolver.async_resolve(url_->host, std::to_string(url_->port), asio::use_awaitable);
  co_await asio::async_connect(runtime, addresses, asio::use_awaitable);
  runtime.set_option(tcp::no_delay(true));
}

Awaitable<void> RelayedVisit::StartTls(Tls& runtime) {
  co_await runtime.async_handshake(ssl::stream_base::client, asio::use_awaitable);
}

template <typename Stream>
Awaitable<void> RelayedVisit::Join(Stream& runtime) {
  std::string head = HeadForRuntime();
  co_await asio::async_write(runtime, asio::buffer(head), asio::use_awaitable);
  LastActive active = std::chrono::steady_clock::now();
  co_await Race(BothWays(client_, runtime, active), UntilIdle(active, idle_timeout_));
}

std::string RelayedVisit::HeadForRuntime() {
  http::request_header<> head = parser_.get().base();
  head.target(url_->target);
  head.set(http::field::host, url_->Authority());
  std::ostringstream text;
  text << head;
  return text.str() + beast::buffers_to_string(buffer_.data());
}

}  // namespace crimux::proxy
