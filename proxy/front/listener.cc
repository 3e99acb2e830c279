#include "proxy/front/listener.h"

#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace crimux::proxy {
namespace {

constexpr std::chrono::milliseconds kRetry{100};

UniqueFd Listen(const std::filesystem::path& socket) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // SocketLock has refused longer ones.
  std::strncpy(address.sun_path, socket.c_str(), sizeof(address.sun_path) - 1);
  bool listens = fd &&
                 ::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 &&
                 ::chmod(socket.c_str(), 0660) == 0 && ::listen(fd.get(), SOMAXCONN) == 0;
  if (!listens) throw SystemError(errno, "listen on", socket.native());
  return fd;
}

// Whether accept's error concerns the one connection only.
bool IsOfConnection(int error) {
  return error == EINTR || error == ECONNABORTED || error == EPROTO || error == EPERM;
}

}  // namespace

Listener::Listener(Loop& loop, const std::filesystem::path& socket)
    : loop_(loop),
      lock_(socket),
      acceptor_(loop.context(), boost::asio::local::stream_protocol(), Listen(socket).release()) {}

void Listener::Open(Accepted accepted) {
  accepted_ = std::move(accepted);
  Wait();
}

void Listener::Wait() {
  acceptor_.async_wait(boost::asio::socket_base::wait_read,
                       [this](const boost::system::error_code& error) {
                         if (!error) AcceptAll();
                       });
}

void Listener::AcceptAll() {
  while (acceptor_.is_open()) {
    UniqueFd connection(
        ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (connection) {
      is_short_ = false;
      Hand(std::move(connection));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return Wait();
    } else if (!IsOfConnection(errno)) {
      if (!std::exchange(is_short_, true))
        spdlog::warn("accept a client: {}", std::strerror(errno));
      retry_ = Timer(loop_, std::chrono::system_clock::now() + kRetry, [this] { AcceptAll(); });
      return;
    }
  }
}

void Listener::Hand(UniqueFd connection) {
  try {
    accepted_(std::move(connection));
  } catch (...) {
    spdlog::error("accept a client: {}", CurrentExceptionStatus().error_message());
  }
}

void Listener::Close() {
  if (!acceptor_.is_open()) return;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  ::unlink(lock_.socket().c_str());
}

}  // namespace crimux::proxy
