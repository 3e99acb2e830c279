#include "vmruntime/stats/key_values.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/fd.h"

namespace crimux::vm {
namespace {

// The number at the beginning of a text, behind blanks.
std::optional<uint64_t> LeadingNumber(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return ParseNumber<uint64_t>(text.substr(0, text.find_first_not_of("0123456789")));
}

}  // namespace

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::optional<std::string> ReadSmallFile(const std::filesystem::path& file) {
  UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return std::nullopt;
  std::string text;
  std::array<char, 4096> buffer;  // NOLINT: read fills it
  while (text.size() < (64U << 10)) {
    ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    text.append(buffer.data(), static_cast<size_t>(got));
  }
  return text;
}

std::optional<uint64_t> ReadNumber(const std::filesystem::path& file) {
  std::optional<std::string> text = ReadSmallFile(file);
  if (!text) return std::nullopt;
  return LeadingNumber(*text);
}

void PickNumbers(std::string_view text,
                 std::initializer_list<std::pair<std::string_view, uint64_t*>> wanted) {
  for (std::string_view line : Split(text, '\n')) {
    size_t blank = line.find_first_of(" \t");
    if (blank == std::string_view::npos) continue;
    std::string_view key = line.substr(0, blank);
    if (key.ends_with(':')) key.remove_suffix(1);
    for (const auto& [name, number] : wanted) {
      if (key != name) continue;
      if (auto value = LeadingNumber(line.substr(blank))) *number = *value;
    }
  }
}

}  // namespace crimux::vm
