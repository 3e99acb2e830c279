#include "vmruntime/sessions/port_forward.h"

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "base/error.h"
#include "base/io/waiting.h"

namespace crimux::vm {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::chrono::seconds kConnectTimeout{30};

Error Unreachable(const tcp::endpoint& endpoint, std::string_view cause) {
  return {grpc::UNAVAILABLE, fmt::format("connect to port {} of", endpoint.port()),
          endpoint.address().to_string(), cause};
}

Awaitable<void> ConnectOnce(tcp::socket& socket, const tcp::endpoint& endpoint) {
  boost::system::error_code error;
  co_await socket.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
  if (error) throw Unreachable(endpoint, error.message());
}

Awaitable<void> GiveUp(const tcp::endpoint& endpoint) {
  co_await Sleep(kConnectTimeout);
  throw Unreachable(endpoint, "nobody answers");
}

Awaitable<void> CopyIn(streaming::InputStream& in, tcp::socket& socket) {
  for (;;) {
    std::string bytes = co_await in.Read();
    if (bytes.empty()) break;
    co_await asio::async_write(socket, asio::buffer(bytes), asio::use_awaitable);
  }
  boost::system::error_code ignored;
  socket.shutdown(tcp::socket::shutdown_send, ignored);
}

Awaitable<void> CopyOut(tcp::socket& socket, streaming::OutputStream& out) {
  for (;;) {
    std::string bytes(streaming::kPiece, '\0');
    boost::system::error_code error;
    size_t length = co_await socket.async_read_some(
        asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::eof) break;
    if (error) throw boost::system::system_error(error);
    bytes.resize(length);
    co_await out.Write(std::move(bytes));
  }
  co_await out.Close();
}

}  // namespace

Awaitable<void> ForwardPort(tcp::endpoint endpoint, streaming::InputStream& in,
                            streaming::OutputStream& out) {
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await Race(ConnectOnce(socket, endpoint), GiveUp(endpoint));
  socket.set_option(tcp::no_delay(true));
  co_await Both(CopyIn(in, socket), CopyOut(socket, out));
}

}  // namespace crimux::vm
