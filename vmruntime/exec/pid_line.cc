#include "vmruntime/exec/pid_line.h"

#include <charconv>
#include <string_view>
#include <utility>

namespace crimux::vm {
namespace {

constexpr std::string_view kMark = "crimux-pid ";
constexpr size_t kLongestPrelude = 64 << 10;

// Where the line begins; npos: it isn't there, or not whole.
size_t FindLine(const std::string& text) {
  size_t at = text.find(kMark);
  while (at != std::string::npos && at != 0 && text[at - 1] != '\n') at = text.find(kMark, at + 1);
  return at == std::string::npos || text.find('\n', at) == std::string::npos ? std::string::npos
                                                                             : at;
}

}  // namespace

std::string PidLine::Without(std::string bytes) {
  if (!looking_) return bytes;
  held_ += bytes;
  size_t at = FindLine(held_);
  if (at == std::string::npos) return held_.size() < kLongestPrelude ? std::string() : Rest();
  int64_t pid = 0;
  const char* number = held_.data() + at + kMark.size();
  auto [end, error] = std::from_chars(number, held_.data() + held_.size(), pid);
  if (error == std::errc() && *end == '\n' && pid > 1) pid_ = pid;
  held_.erase(at, held_.find('\n', at) + 1 - at);
  return Rest();
}

std::string PidLine::Rest() {
  looking_ = false;
  return std::exchange(held_, {});
}

}  // namespace crimux::vm
