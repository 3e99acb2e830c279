#include "ctl/stream/raw_terminal.h"

#include <cerrno>

#include "base/error.h"

namespace crimux::ctl {
namespace {

// Signal handlers have no other way to know them.
int terminal = -1;
termios settings;

// The action is the default again by then (SA_RESETHAND), and the signal comes again on return.
void RestoreAndDie(int signal) {
  ::tcsetattr(terminal, TCSANOW, &settings);
  ::raise(signal);
}

}  // namespace

RawTerminal::RawTerminal(int fd) {
  if (::tcgetattr(fd, &settings) != 0) throw SystemError(errno, "get the settings of", "terminal");
  terminal = fd;
  struct sigaction action {};
  action.sa_handler = RestoreAndDie;
  action.sa_flags = SA_RESETHAND;
  // With SIGTTOU blocked a process in the background may set its terminal.
  ::sigfillset(&action.sa_mask);
  for (size_t i = 0; i < kDeadly.size(); ++i) {
    ::sigaction(kDeadly[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) ::sigaction(kDeadly[i], &action, nullptr);
  }
  termios raw = settings;
  ::cfmakeraw(&raw);
  ::tcsetattr(fd, TCSADRAIN, &raw);
}

RawTerminal::~RawTerminal() {
  ::tcsetattr(terminal, TCSADRAIN, &settings);
  for (size_t i = 0; i < kDeadly.size(); ++i) ::sigaction(kDeadly[i], &before_[i], nullptr);
}

}  // namespace crimux::ctl
