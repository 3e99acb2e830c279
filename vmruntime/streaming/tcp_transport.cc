#include "vmruntime/streaming/tcp_transport.h"

#include <poll.h>

#include <algorithm>
#include <array>

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "base/io/tcp_server.h"
#include "base/io/waiting.h"

namespace crimux::vm::streaming {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

}  // namespace

Awaitable<void> WaitUntilIdle(const Transport& transport, std::chrono::milliseconds limit) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    auto idle_at = transport.last_active() + limit;
    if (idle_at <= Transport::Clock::now()) co_return;
    timer.expires_at(idle_at);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

Awaitable<size_t> TcpTransport::Read(char* buffer, size_t size) {
  if (!early_.empty()) {
    size_t length = std::min(size, early_.size());
    std::copy_n(early_.data(), length, buffer);
    early_.erase(0, length);
    co_return length;
  }
  boost::system::error_code error;
  size_t length = co_await socket_.async_read_some(
      asio::buffer(buffer, size), asio::redirect_error(asio::use_awaitable, error));
  NoteActivity();
  if (error == asio::error::eof) co_return 0;
  if (error) throw boost::system::system_error(error);
  co_return length;
}

Awaitable<void> TcpTransport::Write(const std::string& head, const std::string& body) {
  std::array<asio::const_buffer, 2> buffers = {asio::buffer(head), asio::buffer(body)};
  co_await asio::async_write(socket_, buffers, asio::use_awaitable);
  NoteActivity();
}

Awaitable<void> TcpTransport::Finish() { return ShutDown(socket_); }

bool TcpTransport::ClientHasGone() const {
  return PeerHasGone(const_cast<tcp::socket&>(socket_).native_handle());
}

bool PeerHasGone(int socket) {
  pollfd watched{.fd = socket, .events = POLLRDHUP, .revents = 0};
  return ::poll(&watched, 1, 0) > 0;
}

}  // namespace crimux::vm::streaming
