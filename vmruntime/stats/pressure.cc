#include "vmruntime/stats/pressure.h"

#include <algorithm>
#include <utility>

#include "vmruntime/stats/key_values.h"

namespace crimux::vm {
namespace {

// "avg10=0.12" and the like; the total comes in microseconds.
bool TakeWord(std::string_view word, Pressure* pressure) {
  size_t equals = std::min(word.find('='), word.size());
  std::string_view key = word.substr(0, equals);
  std::string_view value = word.substr(std::min(equals + 1, word.size()));
  if (key == "total") {
    auto total = ParseNumber<uint64_t>(value);
    pressure->total = total.value_or(0) * 1000;
    return total.has_value();
  }
  for (auto [name, figure] : {std::pair{"avg10", &pressure->avg10},
                              {"avg60", &pressure->avg60},
                              {"avg300", &pressure->avg300}}) {
    if (key != name) continue;
    auto percent = ParseNumber<double>(value);
    *figure = percent.value_or(0);
    return percent.has_value();
  }
  return true;  // one of a later kernel
}

bool TakeLine(const std::vector<std::string_view>& words, Pressure* pressure) {
  return words.size() > 1 && std::all_of(words.begin() + 1, words.end(),
                                         [&](auto word) { return TakeWord(word, pressure); });
}

}  // namespace

std::optional<Pressures> ParsePressures(std::string_view text) {
  Pressures pressures;
  bool has_some = false;
  for (std::string_view line : Split(text, '\n')) {
    std::vector<std::string_view> words = Split(line, ' ');
    if (words.empty()) continue;
    bool is_some = words[0] == "some";
    if (!is_some && words[0] != "full") return std::nullopt;
    if (!TakeLine(words, is_some ? &pressures.some : &pressures.full)) return std::nullopt;
    has_some |= is_some;
  }
  if (!has_some) return std::nullopt;
  return pressures;
}

std::optional<Pressures> ReadPressures(const std::filesystem::path& file) {
  std::optional<std::string> text = ReadSmallFile(file);
  if (!text) return std::nullopt;
  return ParsePressures(*text);
}

}  // namespace crimux::vm
