#include "ctl/logs/printer.h"

#include <utility>

#include "ctl/logs/entry.h"

namespace crimux::ctl {

LogPrinter::LogPrinter(bool timestamps, Sink sink)
    : timestamps_(timestamps), sink_(std::move(sink)) {}

void LogPrinter::Add(std::string_view bytes) {
  for (size_t end; (end = bytes.find('\n')) != std::string_view::npos;) {
    rest_ += bytes.substr(0, end);
    PrintLine(rest_);
    rest_.clear();
    bytes.remove_prefix(end + 1);
  }
  rest_ += bytes;
}

void LogPrinter::PrintLine(std::string_view line) {
  std::optional<LogEntry> entry = ParseLogEntry(line);
  if (!entry) {
    // Not a CRI log's line: better shown than swallowed.
    sink_(false, std::string(line) + "\n");
    return;
  }
  bool& mid_line = mid_line_[entry->is_error ? 1 : 0];
  std::string text;
  if (timestamps_ && !mid_line) text.append(entry->time).append(" ");
  text += entry->text;
  if (!entry->partial) text += '\n';
  mid_line = entry->partial;
  sink_(entry->is_error, text);
}

}  // namespace crimux::ctl
