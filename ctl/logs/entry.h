#pragma once

#include <optional>
#include <string_view>

namespace crimux::ctl {

// One line of a CRI log: "<RFC 3339 time> stdout|stderr P|F <text>". Views into the line.
struct LogEntry {
  std::string_view time;
  bool is_error = false;
  // P: the text goes on in the stream's next entry.
  bool partial = false;
  std::string_view text;
};

// Reads one line, without its newline. Empty when it is none of a CRI log.
std::optional<LogEntry> ParseLogEntry(std::string_view line);

}  // namespace crimux::ctl
