#include "proxy/front/socket_lock.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

#include "base/error.h"
#include "base/fd.h"

namespace crimux::proxy {
namespace {

sockaddr_un Address(const std::filesystem::path& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& path = socket.native();
  if (path.size() >= sizeof(address.sun_path)) {
    throw Error(grpc::StatusCode::INVALID_ARGUMENT, "listen on", path,
                "the path is too long for a Unix socket");
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

bool SomebodyAnswers(const sockaddr_un& address) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

std::filesystem::path LockPath(const std::filesystem::path& socket) {
  (void)Address(socket);
  std::error_code error;
  std::filesystem::create_directories(socket.parent_path(), error);
  if (error) throw SystemError(error.value(), "create folder", socket.parent_path().native());
  std::filesystem::path lock = socket;
  lock += ".lock";
  return lock;
}

}  // namespace

SocketLock::SocketLock(const std::filesystem::path& socket)
    : socket_(socket), lock_(LockPath(socket), "the socket " + socket.native()) {
  sockaddr_un address = Address(socket);
  if (SomebodyAnswers(address)) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, "listen on", socket.native(),
                "another program listens there");
  }
  std::error_code absent;
  auto type = std::filesystem::symlink_status(socket, absent).type();
  if (type == std::filesystem::file_type::socket) {
    ::unlink(socket.c_str());
  } else if (type != std::filesystem::file_type::not_found) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, "listen on", socket.native(),
                "there is something that isn't a socket");
  }
}

}  // namespace crimux::proxy
