#include "vmruntime/network/device/vhost_socket.h"

#include <sys/un.h>

#include <system_error>

#include "base/error.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLongestSocketPath = sizeof(sockaddr_un::sun_path) - 1;

Error UnusableSocket(const fs::path& socket, const std::string& cause) {
  return {grpc::FAILED_PRECONDITION, "use vhost-user socket", socket.string(), cause};
}

}  // namespace

void RequireVhostSocket(const fs::path& socket, bool server) {
  std::error_code failed;
  if (!socket.is_absolute()) throw UnusableSocket(socket, "its path is not absolute");
  if (socket.string().size() > kLongestSocketPath) {
    throw UnusableSocket(socket, "its path is too long for a socket's address");
  }
  if (server) {
    if (fs::is_directory(socket.parent_path(), failed)) return;
    throw UnusableSocket(socket, "the folder that it is to be in is not there");
  }
  auto status = fs::status(socket, failed);
  if (!fs::exists(status)) throw UnusableSocket(socket, "it is not there");
  if (!fs::is_socket(status)) throw UnusableSocket(socket, "it is no socket");
}

fs::path VhostSocketNode(const fs::path& socket, bool server) {
  if (!server) return socket;
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(socket.parent_path(), failed)) {
    if (entry.path().filename() != socket.filename()) return {};
  }
  return socket.parent_path();
}

}  // namespace crimux::vm
