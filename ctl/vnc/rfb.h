#pragma once

#include <string>

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "base/io/waiting.h"

// What both handshakes are made of.
namespace crimux::ctl {

// The newest version of RFB (RFC 6143, 7.1.1).
inline const std::string kRfbVersion = "RFB 003.008\n";

template <typename Socket>
Awaitable<std::string> Read(Socket& socket, size_t size) {
  std::string bytes(size, '\0');
  co_await boost::asio::async_read(socket, boost::asio::buffer(bytes), boost::asio::use_awaitable);
  co_return bytes;
}

// `bytes` stays the caller's until all are written.
template <typename Socket>
Awaitable<void> Write(Socket& socket, const std::string& bytes) {
  co_await boost::asio::async_write(socket, boost::asio::buffer(bytes), boost::asio::use_awaitable);
}

}  // namespace crimux::ctl
