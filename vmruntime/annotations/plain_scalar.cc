// The words and numbers of YAML 1.1, as PyYAML, which cloud-init reads with, resolves them; but
// times and numbers to the base of sixty stay text.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <string>

#include "vmruntime/annotations/yaml_json.h"

namespace crimux::vm {
namespace {

using boost::json::value;

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

bool IsTrue(std::string_view text) {
  return IsOneOf(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"});
}

bool IsFalse(std::string_view text) {
  return IsOneOf(text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"});
}

bool IsNull(std::string_view text) { return IsOneOf(text, {"", "~", "null", "Null", "NULL"}); }

bool AllOf(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

// Takes the prefix of an integer's base off; 0 for what is no integer.
int TakeBase(std::string_view* digits) {
  std::string_view text = *digits;
  if (text.starts_with("0x") && AllOf(text.substr(2), "0123456789abcdefABCDEF_")) {
    *digits = text.substr(2);
    return 16;
  }
  if (text.starts_with("0b") && AllOf(text.substr(2), "01_")) {
    *digits = text.substr(2);
    return 2;
  }
  if (text.size() > 1 && text.front() == '0') return AllOf(text, "01234567_") ? 8 : 0;
  return text.front() != '_' && AllOf(text, "0123456789_") ? 10 : 0;
}

std::string WithoutUnderscores(std::string_view digits) {
  std::string clean(digits);
  std::erase(clean, '_');
  return clean;
}

value Signed(uint64_t magnitude, bool negative, std::string_view text) {
  if (!negative) {
    if (magnitude > INT64_MAX) return magnitude;
    return static_cast<int64_t>(magnitude);
  }
  if (magnitude > static_cast<uint64_t>(INT64_MAX) + 1) {
    throw std::invalid_argument(fmt::format("the number {} is too small", text));
  }
  return static_cast<int64_t>(0 - magnitude);
}

std::optional<value> Integer(std::string_view text, std::string_view unsigned_text) {
  if (unsigned_text.empty()) return std::nullopt;
  int base = TakeBase(&unsigned_text);
  if (base == 0) return std::nullopt;
  std::string digits = WithoutUnderscores(unsigned_text);
  if (digits.empty()) return std::nullopt;
  uint64_t magnitude = 0;
  auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, base);
  if (error == std::errc::result_out_of_range) {
    throw std::invalid_argument(fmt::format("the number {} is too large", text));
  }
  return Signed(magnitude, text.front() == '-', text);
}

// An exponent needs its sign, as in PyYAML.
bool IsFloat(std::string_view text) {
  size_t dot = text.find('.');
  if (dot == std::string_view::npos) return false;
  size_t e = std::min(text.find_first_of("eE"), text.size());
  if (e < dot) return false;
  std::string_view whole = text.substr(0, dot);
  std::string_view part = text.substr(dot + 1, e - dot - 1);
  constexpr std::string_view kDigits = "0123456789_";
  bool starts = whole.empty() ? AllOf(part, kDigits) && part.front() != '_'
                              : AllOf(whole, kDigits) && whole.front() != '_';
  if (!starts || (!part.empty() && !AllOf(part, kDigits))) return false;
  if (e == text.size()) return true;
  std::string_view exponent = text.substr(e + 1);
  return !exponent.empty() && (exponent[0] == '+' || exponent[0] == '-') &&
         AllOf(exponent.substr(1), "0123456789");
}

std::optional<value> Float(std::string_view text, std::string_view unsigned_text) {
  if (!IsFloat(unsigned_text)) return std::nullopt;
  std::string digits = WithoutUnderscores(unsigned_text);
  double number = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc()) {
    throw std::invalid_argument(fmt::format("the number {} is out of range", text));
  }
  return text.front() == '-' ? -number : number;
}

}  // namespace

value PlainScalar(std::string_view text) {
  if (IsNull(text)) return nullptr;
  if (IsTrue(text)) return true;
  if (IsFalse(text)) return false;
  bool has_sign = text.front() == '+' || text.front() == '-';
  std::string_view unsigned_text = text.substr(has_sign ? 1 : 0);
  if (auto integer = Integer(text, unsigned_text)) return *std::move(integer);
  if (auto number = Float(text, unsigned_text)) return *std::move(number);
  return boost::json::string(text);
}

}  // namespace crimux::vm
