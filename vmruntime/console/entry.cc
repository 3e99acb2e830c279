#include "vmruntime/console/entry.h"

#include <fmt/format.h>

#include <ctime>

namespace crimux::vm {

std::optional<ConsoleEntry> NextEntry(std::string_view bytes) {
  std::string_view window = bytes.substr(0, kMaxEntryText);
  size_t newline = window.find('\n');
  if (newline != std::string_view::npos) {
    std::string_view text = window.substr(0, newline);
    if (text.ends_with('\r')) text.remove_suffix(1);
    return ConsoleEntry{text, false, newline + 1};
  }
  if (window.size() < kMaxEntryText) return std::nullopt;
  if (window.ends_with('\r')) window.remove_suffix(1);
  return ConsoleEntry{window, true, window.size()};
}

ConsoleEntry LastEntry(std::string_view bytes) { return {bytes, true, bytes.size()}; }

size_t EntriesLength(std::string_view bytes, size_t& count) {
  size_t length = 0;
  while (count > 0) {
    auto entry = NextEntry(bytes.substr(length));
    if (!entry) break;
    length += entry->length;
    --count;
  }
  return length;
}

std::string LogTime(std::chrono::system_clock::time_point time) {
  using std::chrono::nanoseconds;
  auto since_epoch = std::chrono::duration_cast<nanoseconds>(time.time_since_epoch());
  auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
  std::time_t calendar = seconds.count();
  std::tm utc{};
  ::gmtime_r(&calendar, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                     (since_epoch - nanoseconds(seconds)).count());
}

void AppendEntry(std::string& out, std::string_view time, const ConsoleEntry& entry) {
  out.append(time).append(entry.partial ? " stdout P " : " stdout F ");
  out.append(entry.text).push_back('\n');
}

}  // namespace crimux::vm
