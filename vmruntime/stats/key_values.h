#pragma once

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace crimux::vm {

// The kernel's small files of figures. What can't be read, be it that it has just gone, is nullopt.

// What stands between the separators, without empty parts.
std::vector<std::string_view> Split(std::string_view text, char separator);

// All of `text` as a number.
template <typename Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number{};
  const char* end = text.data() + text.size();
  auto parsed = std::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

// At most 64 KiB.
std::optional<std::string> ReadSmallFile(const std::filesystem::path& file);
// A file that holds one number. "max" is nullopt, too.
std::optional<uint64_t> ReadNumber(const std::filesystem::path& file);

// Lines of a key and a number ("anon 4096", "VmRSS:\t  12 kB"): sets those that are asked for and
// there. A unit is not looked at.
void PickNumbers(std::string_view text,
                 std::initializer_list<std::pair<std::string_view, uint64_t*>> wanted);

}  // namespace crimux::vm
