#include "ctl/report/table.h"

#include <fmt/format.h>

#include <algorithm>

namespace crimux::ctl {
namespace {

constexpr int kGap = 2;

std::string_view Shown(const std::string& cell) {
  if (cell.empty()) return "-";
  return cell;
}

}  // namespace

std::string Table::ToString() const {
  std::vector<size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Shown(row[i]).size());
  }
  std::string text;
  for (const auto& row : rows_) {
    for (size_t i = 0; i + 1 < row.size(); ++i) {
      text += fmt::format("{:<{}}", Shown(row[i]), widths[i] + kGap);
    }
    text += fmt::format("{}\n", Shown(row.back()));
  }
  return text;
}

std::string FormatAge(std::chrono::nanoseconds age) {
  auto seconds =
      std::max<int64_t>(std::chrono::duration_cast<std::chrono::seconds>(age).count(), 0);
  if (seconds < 120) return fmt::format("{}s", seconds);
  if (seconds < 7200) return fmt::format("{}m", seconds / 60);
  if (seconds < 172'800) return fmt::format("{}h", seconds / 3600);
  return fmt::format("{}d", seconds / 86'400);
}

std::string FormatBytes(double bytes) {
  if (bytes < 1024) return fmt::format("{:.0f}B", bytes);
  double shown = bytes;
  std::string_view unit;
  for (std::string_view next : {"KiB", "MiB", "GiB", "TiB"}) {
    if (shown < 1024) break;
    shown /= 1024;
    unit = next;
  }
  return fmt::format("{:.1f}{}", shown, unit);
}

std::string FormatDuration(std::chrono::nanoseconds duration) {
  auto microseconds = static_cast<double>(duration.count()) / 1e3;
  if (microseconds < 1e3) return fmt::format("{:.0f}us", microseconds);
  if (microseconds < 1e6) return fmt::format("{:.1f}ms", microseconds / 1e3);
  if (microseconds < 120e6) return fmt::format("{:.2f}s", microseconds / 1e6);
  return FormatAge(duration);
}

}  // namespace crimux::ctl
