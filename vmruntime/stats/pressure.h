#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace crimux::vm {

// Pressure stall information: the share of time in which tasks waited for want of something.
struct Pressure {
  // Percent, over the last 10, 60 and 300 seconds.
  double avg10 = 0;
  double avg60 = 0;
  double avg300 = 0;
  // Nanoseconds in all.
  uint64_t total = 0;
};

struct Pressures {
  Pressure some;  // at least one task waited
  Pressure full;  // all of them did
};

// The text of a file such as cpu.pressure; nullopt: it is none.
std::optional<Pressures> ParsePressures(std::string_view text);
// nullopt also when there is no such file, or the kernel keeps no such account (psi=0).
std::optional<Pressures> ReadPressures(const std::filesystem::path& file);

}  // namespace crimux::vm
