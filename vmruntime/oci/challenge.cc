#include "vmruntime/oci/challenge.h"

#include <absl/strings/ascii.h>

#include <optional>

namespace crimux::vm {
namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  std::vector<Challenge> Run() {
    std::vector<Challenge> challenges;
    for (;;) {
      SkipCommas();
      std::string word = Token();
      if (word.empty()) return challenges;
      SkipSpaces();
      if (!challenges.empty() && rest_.starts_with('=')) {
        rest_.remove_prefix(1);
        std::optional<std::string> value = Value();
        if (!value) return challenges;
        challenges.back().parameters.emplace(word, *std::move(value));
      } else {
        challenges.push_back({.scheme = word});
      }
    }
  }

 private:
  void SkipSpaces() {
    while (rest_.starts_with(' ') || rest_.starts_with('\t')) rest_.remove_prefix(1);
  }
  void SkipCommas() {
    for (SkipSpaces(); rest_.starts_with(','); SkipSpaces()) rest_.remove_prefix(1);
  }

  // In lower case; empty: none.
  std::string Token() {
    size_t size = 0;
    auto is_part = [](char c) {
      return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
             std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    };
    while (size < rest_.size() && is_part(rest_[size])) ++size;
    std::string token = absl::AsciiStrToLower(std::string(rest_.substr(0, size)));
    rest_.remove_prefix(size);
    return token;
  }

  std::optional<std::string> Value() {
    SkipSpaces();
    if (rest_.starts_with('"')) return Quoted();
    size_t size = std::min(rest_.find_first_of(", \t"), rest_.size());
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
  }

  std::optional<std::string> Quoted() {
    std::string value;
    for (size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return value;
      }
      if (rest_[i] == '\\' && i + 1 < rest_.size()) ++i;
      value += rest_[i];
    }
    return std::nullopt;
  }

  std::string_view rest_;
};

}  // namespace

std::vector<Challenge> ParseChallenges(std::string_view header) { return Scanner(header).Run(); }

}  // namespace crimux::vm
