#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>

namespace crimux::ctl {

// Turns the bytes of a CRI log, which come in pieces of any size, back into what the container
// wrote: prefixes stripped, partial lines joined. Holds at most one entry.
class LogPrinter {
 public:
  // Takes text for standard output or standard error.
  using Sink = std::function<void(bool is_error, std::string_view text)>;

  // With `timestamps`, each line begins with the time of its first part.
  LogPrinter(bool timestamps, Sink sink);

  void Add(std::string_view bytes);

 private:
  void PrintLine(std::string_view line);

  bool timestamps_;
  Sink sink_;
  // Bytes after the last newline.
  std::string rest_;
  // For each stream, whether its last entry was partial.
  std::array<bool, 2> mid_line_ = {false, false};
};

}  // namespace crimux::ctl
