#pragma once

#include <array>
#include <chrono>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "base/io/waiting.h"

// Bytes between two connections, both ways at once.
namespace crimux::proxy {

// When bytes last went either way.
using LastActive = std::chrono::steady_clock::time_point;

// Passes on what comes, piece by piece, until the end; throws boost::system::system_error when
// either side breaks. What isn't taken isn't read.
template <typename From, typename To>
Awaitable<void> Copy(From& from, To& to, LastActive& active) {
  std::array<char, 32 << 10> piece;
  for (;;) {
    boost::system::error_code error;
    size_t length = co_await from.async_read_some(
        boost::asio::buffer(piece), boost::asio::redirect_error(boost::asio::use_awaitable, error));
    // Servers end TLS connections without saying so first.
    bool ended =
        error == boost::asio::error::eof || error == boost::asio::ssl::error::stream_truncated;
    if (ended) co_return;
    if (error) throw boost::system::system_error(error);
    active = std::chrono::steady_clock::now();
    co_await boost::asio::async_write(to, boost::asio::buffer(piece.data(), length),
                                      boost::asio::use_awaitable);
  }
}

// The same, and tells the other side of the end.
inline Awaitable<void> CopyAll(boost::asio::ip::tcp::socket& from, boost::asio::ip::tcp::socket& to,
                               LastActive& active) {
  co_await Copy(from, to, active);
  boost::system::error_code ignored;
  to.shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
}

inline Awaitable<void> UntilIdle(const LastActive& active, std::chrono::milliseconds limit) {
  for (;;) {
    auto left = active + limit - std::chrono::steady_clock::now();
    if (left <= left.zero()) co_return;
    co_await Sleep(std::chrono::ceil<std::chrono::milliseconds>(left));
  }
}

// Until both have ended: each may go on alone for as long as it likes.
inline Awaitable<void> BothWays(boost::asio::ip::tcp::socket& a, boost::asio::ip::tcp::socket& b,
                                LastActive& active) {
  return Both(CopyAll(a, b, active), CopyAll(b, a, active));
}

// Until one has ended, since TLS has no half-open connections.
template <typename TlsStream>
Awaitable<void> BothWays(boost::asio::ip::tcp::socket& a, TlsStream& b, LastActive& active) {
  return Race(Copy(a, b, active), Copy(b, a, active));
}

}  // namespace crimux::proxy
