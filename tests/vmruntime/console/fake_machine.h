#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "base/fd.h"

namespace crimux::vm {

// A machine's console as QEMU has it: a socket that takes one client at a time.
class FakeMachine {
 public:
  explicit FakeMachine(const std::filesystem::path& path)
      : listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
        ::listen(listener_.get(), 1) != 0) {
      throw std::runtime_error("no socket at " + path.string());
    }
  }

  // Waits for the one who connects.
  void Accept() {
    Wait(listener_.get());
    client_.reset(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }
  void Print(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t sent = ::send(client_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0) throw std::runtime_error("nobody reads the console");
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }
  // What is typed, until there is so much of it.
  std::string Read(size_t size) {
    std::string bytes;
    char buffer[4096];
    while (bytes.size() < size) {
      Wait(client_.get());
      ssize_t length = ::recv(client_.get(), buffer, sizeof(buffer), 0);
      if (length <= 0) throw std::runtime_error("the console was closed");
      bytes.append(buffer, static_cast<size_t>(length));
    }
    return bytes;
  }
  void HangUp() { client_.reset(); }

 private:
  static void Wait(int fd) {
    pollfd watched{.fd = fd, .events = POLLIN, .revents = 0};
    if (::poll(&watched, 1, 30'000) <= 0) throw std::runtime_error("the console is silent");
  }

  UniqueFd listener_;
  UniqueFd client_;
};

}  // namespace crimux::vm
