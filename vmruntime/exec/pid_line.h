#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace crimux::vm {

// Has a POSIX shell say its process id in a line of its output, before it becomes the command: SSH
// itself doesn't tell whom to kill. Takes that line out again.
class PidLine {
 public:
  // Goes before the command.
  static constexpr const char* kSayIt = "echo \"crimux-pid $$\"; ";

  // What of the output's next bytes is to be passed on now. What a login shell prints before the
  // line (64 KiB of it, at most) is held back until it comes.
  std::string Without(std::string bytes);
  // At the end of the output: what was held back.
  std::string Rest();
  std::optional<int64_t> pid() const { return pid_; }

 private:
  std::string held_;
  bool looking_ = true;
  std::optional<int64_t> pid_;
};

}  // namespace crimux::vm
