#include "proxy/status/status_server.h"

#include <sys/stat.h>

#include <chrono>
#include <memory>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "base/error.h"

namespace crimux::proxy {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Local = asio::local::stream_protocol;
using Stream = boost::beast::basic_stream<Local>;

constexpr std::chrono::seconds kIdleTimeout{60};
constexpr size_t kMostBody = 1 << 20;

// A reply that may come from another thread; the connection waits for it.
class Waiter : public std::enable_shared_from_this<Waiter> {
 public:
  explicit Waiter(const asio::any_io_executor& executor)
      : executor_(executor), timer_(executor, std::chrono::steady_clock::time_point::max()) {}

  StatusServer::Answer MakeAnswer() {
    return [self = shared_from_this()](StatusReply reply) {
      asio::post(self->executor_, [self, reply = std::move(reply)]() mutable {
        self->reply_ = std::move(reply);
        self->answered_ = true;
        self->timer_.cancel();
      });
    };
  }

  asio::awaitable<StatusReply> Wait() {
    boost::system::error_code cancelled;
    if (!answered_) {
      co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
    co_return std::move(reply_);
  }

 private:
  asio::any_io_executor executor_;
  asio::steady_timer timer_;
  StatusReply reply_;
  bool answered_ = false;
};

asio::awaitable<bool> ServeOne(Stream& stream, boost::beast::flat_buffer& buffer,
                               const StatusServer::Handler& handler) {
  stream.expires_after(kIdleTimeout);
  http::request_parser<http::string_body> parser;
  parser.body_limit(kMostBody);
  co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
  const auto& request = parser.get();
  StatusRequest asked{std::string(request.method_string()), std::string(request.target()),
                      request.body()};
  auto waiter = std::make_shared<Waiter>(co_await asio::this_coro::executor);
  handler(asked, waiter->MakeAnswer());
  StatusReply reply = co_await waiter->Wait();
  http::response<http::string_body> response(http::int_to_status(static_cast<unsigned>(reply.code)),
                                             request.version());
  response.set(http::field::content_type, reply.content_type);
  response.keep_alive(request.keep_alive());
  response.body() = reply.render ? reply.render() : std::move(reply.body);
  response.prepare_payload();
  stream.expires_after(kIdleTimeout);
  co_await http::async_write(stream, response, asio::use_awaitable);
  co_return response.keep_alive();
}

asio::awaitable<void> Serve(Local::socket socket, const StatusServer::Handler& handler) {
  Stream stream(std::move(socket));
  boost::beast::flat_buffer buffer;
  try {
    for (bool more = true; more;) more = co_await ServeOne(stream, buffer, handler);
  } catch (const boost::system::system_error&) {
    // The client went away, or sent what isn't HTTP.
  }
}

asio::awaitable<void> Accept(Local::acceptor& acceptor, const StatusServer::Handler& handler) {
  for (;;) {
    Local::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    asio::co_spawn(acceptor.get_executor(), Serve(std::move(socket), handler), asio::detached);
  }
}

Local::acceptor Listen(asio::io_context& io, const std::filesystem::path& socket) {
  try {
    Local::acceptor acceptor(io);
    acceptor.open();
    // Before bind, so that the file has the mode from its first moment.
    ::fchmod(acceptor.native_handle(), 0600);
    acceptor.bind(Local::endpoint(socket.native()));
    acceptor.listen();
    return acceptor;
  } catch (const boost::system::system_error& e) {
    throw Error(grpc::StatusCode::INTERNAL, "listen on", socket.native(), e.code().message());
  }
}

}  // namespace

StatusServer::StatusServer(const std::filesystem::path& socket, Handler handler)
    : lock_(socket), handler_(std::move(handler)), io_(1), acceptor_(Listen(io_, socket)) {
  asio::co_spawn(io_, Accept(acceptor_, handler_), asio::detached);
  thread_ = std::jthread([this] { io_.run(); });
}

StatusServer::~StatusServer() {
  io_.stop();
  thread_.join();
  ::unlink(lock_.socket().c_str());
}

}  // namespace crimux::proxy
