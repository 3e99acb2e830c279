#include "config/units.h"

#include <array>
#include <cctype>
#include <charconv>
#include <limits>
#include <utility>

namespace crimux {
namespace {

__extension__ using Wide = unsigned __int128;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes a decimal number off the front of `text`.
std::optional<int64_t> TakeNumber(std::string_view* text) {
  int64_t number = 0;
  auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (fault != std::errc() || text->front() == '-') return std::nullopt;
  text->remove_prefix(static_cast<size_t>(end - text->data()));
  return number;
}

struct Unit {
  std::string_view name;
  int64_t milliseconds;
};
// "ms" stands before "m", which it begins with.
constexpr std::array kUnits = {Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000},
                               Unit{"h", 3'600'000}};

std::optional<int64_t> TakeUnit(std::string_view* text) {
  for (const Unit& unit : kUnits) {
    if (!text->starts_with(unit.name)) continue;
    text->remove_prefix(unit.name.size());
    return unit.milliseconds;
  }
  return std::nullopt;
}

// What a quantity's suffix multiplies by: 2^shift * 10^exponent.
struct Suffix {
  int shift = 0;
  int exponent = 0;
};

std::optional<Suffix> ParseSuffix(std::string_view text) {
  constexpr std::string_view kLarge = "KMGTPE";
  constexpr std::array<std::pair<std::string_view, int>, 10> kDecimal = {{{"", 0},
                                                                          {"n", -9},
                                                                          {"u", -6},
                                                                          {"m", -3},
                                                                          {"k", 3},
                                                                          {"M", 6},
                                                                          {"G", 9},
                                                                          {"T", 12},
                                                                          {"P", 15},
                                                                          {"E", 18}}};
  for (auto [name, exponent] : kDecimal) {
    if (text == name) return Suffix{.exponent = exponent};
  }
  if (text.size() == 2 && text[1] == 'i') {
    size_t index = kLarge.find(text[0]);
    if (index == std::string_view::npos) return std::nullopt;
    return Suffix{.shift = 10 * (static_cast<int>(index) + 1)};
  }
  if (text[0] != 'e' && text[0] != 'E') return std::nullopt;
  text.remove_prefix(1);
  if (text.starts_with('+')) text.remove_prefix(1);
  int exponent = 0;
  auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (exponent < -18 || exponent > 18) return std::nullopt;
  return Suffix{.exponent = exponent};
}

bool Multiply(Wide* value, Wide factor) { return !__builtin_mul_overflow(*value, factor, value); }

// The digits of "12.5" as 125 and the exponent -1. False: no number, or too long a one.
bool TakeDecimal(std::string_view* text, Wide* mantissa, int* exponent) {
  size_t digits = 0;
  bool fraction = false;
  for (; !text->empty(); text->remove_prefix(1)) {
    char c = text->front();
    if (c == '.' && !fraction) {
      fraction = true;
      continue;
    }
    if (!IsDigit(c)) break;
    ++digits;
    if (fraction) --*exponent;
    if (!Multiply(mantissa, 10)) return false;
    *mantissa += static_cast<unsigned>(c - '0');
  }
  return digits > 0 && digits <= 30;
}

// value * 10^exponent, rounded up.
bool ScaleByTen(Wide* value, int exponent) {
  for (; exponent > 0; --exponent) {
    if (!Multiply(value, 10)) return false;
  }
  bool remainder = false;
  for (; exponent < 0; ++exponent) {
    remainder = remainder || *value % 10 != 0;
    *value /= 10;
  }
  if (remainder) ++*value;
  return true;
}

}  // namespace

std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  constexpr int64_t kLimit = 1'000'000LL * 3'600'000;
  if (text.empty()) return std::nullopt;
  int64_t total = 0;
  while (!text.empty()) {
    std::optional<int64_t> number = TakeNumber(&text);
    if (!number) return std::nullopt;
    std::optional<int64_t> unit = TakeUnit(&text);
    if (!unit || *number > kLimit / *unit) return std::nullopt;
    total += *number * *unit;
    if (total > kLimit) return std::nullopt;
  }
  return std::chrono::milliseconds(total);
}

std::string FormatDuration(std::chrono::milliseconds duration) {
  int64_t rest = duration.count();
  if (rest == 0) return "0s";
  std::string text;
  for (std::string_view name : {"h", "m", "s", "ms"}) {
    std::string_view cursor = name;
    int64_t unit = *TakeUnit(&cursor);
    if (rest >= unit) text += std::to_string(rest / unit) + std::string(name);
    rest %= unit;
  }
  return text;
}

std::optional<int64_t> ParseQuantity(std::string_view text, int64_t scale) {
  Wide value = 0;
  int exponent = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  if (!TakeDecimal(&text, &value, &exponent)) return std::nullopt;
  std::optional<Suffix> suffix = ParseSuffix(text);
  if (!suffix) return std::nullopt;
  if (!Multiply(&value, Wide{1} << suffix->shift)) return std::nullopt;
  if (!Multiply(&value, static_cast<Wide>(scale))) return std::nullopt;
  if (!ScaleByTen(&value, exponent + suffix->exponent)) return std::nullopt;
  if (value > static_cast<Wide>(std::numeric_limits<int64_t>::max())) return std::nullopt;
  return static_cast<int64_t>(value);
}

}  // namespace crimux
