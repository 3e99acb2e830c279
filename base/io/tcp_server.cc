#include "base/io/tcp_server.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <array>
#include <chrono>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/error.h"

namespace crimux {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr size_t kMostConnections = 1000;
// Until another connection can be accepted, out of descriptors.
constexpr std::chrono::milliseconds kRetry{100};
constexpr std::chrono::seconds kGoodbye{5};

tcp::acceptor Listen(asio::io_context& io, const std::string& address, uint16_t port) {
  try {
    tcp::endpoint endpoint(asio::ip::make_address(address), port);
    return tcp::acceptor(io, endpoint, /*reuse_addr=*/true);
  } catch (const boost::system::system_error& e) {
    throw Error(grpc::FAILED_PRECONDITION, "listen for streams on",
                fmt::format("{}:{}", address, port), e.code().message());
  }
}

std::string UrlOf(const tcp::endpoint& endpoint) {
  std::string address = endpoint.address().to_string();
  if (endpoint.address().is_v6()) address = "[" + address + "]";
  return fmt::format("http://{}:{}", address, endpoint.port());
}

Awaitable<void> Drain(tcp::socket& socket) {
  std::array<char, 4096> buffer;
  boost::system::error_code ended;
  while (!ended) {
    co_await socket.async_read_some(asio::buffer(buffer),
                                    asio::redirect_error(asio::use_awaitable, ended));
  }
}

}  // namespace

TcpServer::TcpServer(asio::io_context& io, const std::string& address, uint16_t port, Serve serve)
    : serve_(std::move(serve)),
      acceptor_(Listen(io, address, port)),
      url_(UrlOf(acceptor_.local_endpoint())) {
  asio::co_spawn(io, AcceptAll(), asio::detached);
}

Awaitable<void> TcpServer::AcceptAll() {
  for (;;) {
    boost::system::error_code error;
    tcp::socket socket =
        co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error) {
      spdlog::warn("streams: accept a connection: {}", error.message());
      co_await Sleep(kRetry);
      continue;
    }
    // Beyond the limit it is closed at once.
    if (connections_ >= kMostConnections) continue;
    asio::co_spawn(acceptor_.get_executor(), ServeOne(std::move(socket)), asio::detached);
  }
}

Awaitable<void> TcpServer::ServeOne(tcp::socket socket) {
  ++connections_;
  try {
    socket.set_option(tcp::no_delay(true));
    co_await serve_(std::move(socket));
  } catch (const std::exception& e) {
    spdlog::debug("streams: a session ended: {}", e.what());
  }
  --connections_;
}

Awaitable<void> ShutDown(tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.shutdown(tcp::socket::shutdown_send, ignored);
  co_await Race(Drain(socket), Sleep(kGoodbye));
}

}  // namespace crimux
