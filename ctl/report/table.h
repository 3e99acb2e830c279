#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace crimux::ctl {

// Rows of text under a heading, each column as wide as its widest cell. An empty cell is "-".
class Table {
 public:
  explicit Table(std::vector<std::string> heading) : rows_{std::move(heading)} {}

  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::string ToString() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// "45s", "12m", "3h", "5d".
std::string FormatAge(std::chrono::nanoseconds age);

// "512B", "3.5KiB", "104.0MiB", "1.2TiB".
std::string FormatBytes(double bytes);

// "120us", "4.5ms", "1.25s"; from two minutes on as FormatAge.
std::string FormatDuration(std::chrono::nanoseconds duration);

}  // namespace crimux::ctl
