#include "ctl/logs/entry.h"

namespace crimux::ctl {
namespace {

// Cuts the word before the next space off the front. Empty: there is none.
std::string_view TakeWord(std::string_view* line) {
  size_t space = line->find(' ');
  if (space == std::string_view::npos) return {};
  std::string_view word = line->substr(0, space);
  line->remove_prefix(space + 1);
  return word;
}

}  // namespace

std::optional<LogEntry> ParseLogEntry(std::string_view line) {
  LogEntry entry;
  entry.time = TakeWord(&line);
  std::string_view stream = TakeWord(&line);
  // Tags are separated by colons; the first says whether the line is complete.
  std::string_view tags = TakeWord(&line);
  std::string_view tag = tags.substr(0, tags.find(':'));
  if (entry.time.empty() || (stream != "stdout" && stream != "stderr")) return std::nullopt;
  if (tag != "P" && tag != "F") return std::nullopt;
  entry.is_error = stream == "stderr";
  entry.partial = tag == "P";
  entry.text = line;
  return entry;
}

}  // namespace crimux::ctl
