#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace crimux::ctl {

struct SessionOptions {
  // As Exec or Attach was asked.
  bool input = false;
  bool tty = false;
  // The key that leaves the session, for input from a terminal.
  std::optional<char> escape;
  // Hears what the user should know while the session runs.
  std::function<void(std::string_view words)> note;
  // Other ones for tests.
  int in = 0;
  int out = 1;
  int err = 2;
};

struct SessionEnd {
  // By the escape key: what ran goes on.
  bool left = false;
  int exit_code = 0;
};

// Ctrl-], as in telnet and virsh.
inline constexpr char kEscapeKey = '\x1d';

// Goes to the URL that Exec or Attach has answered, and carries the user's input and output until
// the session ends. With a tty and input from a terminal, that is raw meanwhile, and its size is
// passed on as it changes. Throws Error when the session fails, or what ran does without an exit
// code.
SessionEnd RunSession(const std::string& url, const SessionOptions& options);

}  // namespace crimux::ctl
