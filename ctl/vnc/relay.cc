#include "ctl/vnc/relay.h"

#include <fmt/format.h>

#include <array>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "base/error.h"
#include "ctl/vnc/handshakes.h"

namespace crimux::ctl {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr size_t kMostAtTheDoor = 8;
constexpr size_t kPiece = 64 << 10;
constexpr std::chrono::milliseconds kRetry{100};

tcp::acceptor Listen(asio::io_context& io, uint16_t port) {
  try {
    tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
    return tcp::acceptor(io, endpoint, /*reuse_addr=*/true);
  } catch (const boost::system::system_error& e) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, "listen on",
                fmt::format("127.0.0.1:{}", port), e.code().message());
  }
}

// Until one of them ends or fails.
template <typename From, typename To>
Awaitable<void> Copy(From& from, To& to) {
  std::string buffer(kPiece, '\0');
  boost::system::error_code ended;
  while (!ended) {
    size_t size = co_await from.async_read_some(asio::buffer(buffer),
                                                asio::redirect_error(asio::use_awaitable, ended));
    if (ended) co_return;
    co_await asio::async_write(to, asio::buffer(buffer.data(), size),
                               asio::redirect_error(asio::use_awaitable, ended));
  }
}

Awaitable<void> LoseThePatience(std::chrono::milliseconds patience) {
  co_await Sleep(patience);
  throw Error(grpc::StatusCode::DEADLINE_EXCEEDED, "let VNC viewer in", "", "it gives no password");
}

}  // namespace

VncRelay::VncRelay(asio::io_context& io, Options options)
    : io_(io), options_(std::move(options)), acceptor_(Listen(io, options_.port)) {
  asio::co_spawn(io, AcceptAll(), asio::detached);
}

Awaitable<void> VncRelay::AcceptAll() {
  for (;;) {
    boost::system::error_code error;
    Viewer viewer =
        co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error) {
      co_await Sleep(kRetry);
    } else if (*at_the_door_ < kMostAtTheDoor) {
      asio::co_spawn(io_, Serve(std::move(viewer)), asio::detached);
    }
  }
}

Awaitable<void> VncRelay::Serve(Viewer viewer) {
  try {
    viewer.set_option(tcp::no_delay(true));
    co_await LetIn(viewer);
    co_await Relay(viewer);
  } catch (const Error& e) {
    if (options_.note) options_.note(e.what());
  } catch (const boost::system::system_error&) {
    // It went away, or the server did.
  }
}

Awaitable<void> VncRelay::LetIn(Viewer& viewer) {
  struct Place {
    std::shared_ptr<size_t> taken;
    explicit Place(std::shared_ptr<size_t> places) : taken(std::move(places)) { ++*taken; }
    ~Place() { --*taken; }
  } place(at_the_door_);
  co_await Race(WelcomeViewer(viewer, options_.password), LoseThePatience(options_.patience));
}

Awaitable<void> VncRelay::Relay(Viewer& viewer) {
  asio::local::stream_protocol::socket server(io_);
  boost::system::error_code error;
  asio::local::stream_protocol::endpoint endpoint(options_.socket.native());
  co_await server.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    throw Error(grpc::StatusCode::UNAVAILABLE, "connect to VNC server", options_.socket.string(),
                error.message());
  }
  co_await GreetServer(server);
  co_await Race(Copy(viewer, server), Copy(server, viewer));
}

}  // namespace crimux::ctl
