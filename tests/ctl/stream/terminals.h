#pragma once

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>

#include <catch2/catch.hpp>

#include "base/fd.h"
#include "base/pipe.h"

namespace crimux::ctl {

// A terminal and the end where its user sits.
struct Pty {
  Pty(uint16_t columns, uint16_t rows) {
    int user_end = -1;
    int terminal_end = -1;
    winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    REQUIRE(::openpty(&user_end, &terminal_end, nullptr, nullptr, &size) == 0);
    user = UniqueFd(user_end);
    terminal = UniqueFd(terminal_end);
  }

  void Resize(uint16_t columns, uint16_t rows) const {
    winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    REQUIRE(::ioctl(user.get(), TIOCSWINSZ, &size) == 0);
  }
  bool IsRaw() const {
    termios settings{};
    REQUIRE(::tcgetattr(terminal.get(), &settings) == 0);
    return (settings.c_lflag & (ICANON | ECHO | ISIG)) == 0;
  }
  bool BecomesRaw() const {
    auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!IsRaw() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    return IsRaw();
  }
  void Type(std::string_view keys) const {
    REQUIRE(::write(user.get(), keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
  }

  UniqueFd user;
  UniqueFd terminal;
};

// Reads until `text` has come, or the end; what has come.
inline std::string ReadUntil(int fd, std::string_view text) {
  std::string all;
  char byte = 0;
  while (!all.ends_with(text) && ::read(fd, &byte, 1) == 1) all.push_back(byte);
  return all;
}

inline std::string ReadToEnd(int fd) {
  std::string all;
  char buffer[65536];
  for (ssize_t n = 0; (n = ::read(fd, buffer, sizeof(buffer))) > 0;) {
    all.append(buffer, static_cast<size_t>(n));
  }
  return all;
}

}  // namespace crimux::ctl
