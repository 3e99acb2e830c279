#pragma once

#include <signal.h>
#include <termios.h>

#include <array>

namespace crimux::ctl {

// A terminal in raw mode: each key comes at once and means nothing. It is as it was before when
// this object is destroyed, and also when a signal ends the process. One at a time.
class RawTerminal {
 public:
  // Throws Error when `fd`, which stays open, is no terminal.
  explicit RawTerminal(int fd);
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;
  ~RawTerminal();

 private:
  static constexpr std::array kDeadly = {SIGHUP,  SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGALRM,
                                         SIGABRT, SIGBUS, SIGFPE,  SIGILL,  SIGSEGV};

  std::array<struct sigaction, kDeadly.size()> before_{};
};

}  // namespace crimux::ctl
