#include "vmruntime/image/translations.h"

#include <absl/strings/ascii.h>
#include <fmt/format.h>

namespace crimux::vm {
namespace {

using Groups = std::vector<re2::StringPiece>;  // "$0" first

// Takes "$$", "$1" or "${1}" off `text`, behind the "$", and gives what it stands for.
std::string TakeReference(std::string_view& text, const Groups& groups) {
  if (text.starts_with('$')) {
    text.remove_prefix(1);
    return "$";
  }
  bool braced = text.starts_with('{');
  if (braced) text.remove_prefix(1);
  size_t number = 0;
  for (int digits = 0; digits < 3 && !text.empty() && absl::ascii_isdigit(text[0]); ++digits) {
    number = number * 10 + static_cast<size_t>(text[0] - '0');
    text.remove_prefix(1);
  }
  if (braced && text.starts_with('}')) text.remove_prefix(1);
  return number < groups.size() ? std::string(groups[number]) : "";
}

std::string Expand(std::string_view url, const Groups& groups) {
  std::string expanded;
  while (!url.empty()) {
    size_t dollar = std::min(url.find('$'), url.size());
    expanded += url.substr(0, dollar);
    url.remove_prefix(dollar);
    if (url.empty()) break;
    url.remove_prefix(1);
    expanded += TakeReference(url, groups);
  }
  return expanded;
}

std::optional<std::string> Apply(const RE2& regexp, std::string_view url, const std::string& name) {
  Groups groups(static_cast<size_t>(regexp.NumberOfCapturingGroups()) + 1);
  if (!regexp.Match(name, 0, name.size(), RE2::ANCHOR_BOTH, groups.data(),
                    static_cast<int>(groups.size()))) {
    return std::nullopt;
  }
  return Expand(url, groups);
}

}  // namespace

Translations::Translations(const std::vector<ImageTranslation>& table) {
  for (const ImageTranslation& translation : table) {
    std::unique_ptr<RE2> regexp;
    if (!translation.regexp.empty()) {
      regexp = std::make_unique<RE2>(translation.regexp, RE2::Quiet);
    }
    rules_.push_back({&translation, std::move(regexp)});
  }
}

std::optional<Translations::Match> Translations::Find(std::string_view name,
                                                      std::string_view tag) const {
  const std::string tagged = fmt::format("{}:{}", name, tag);
  for (const Rule& rule : rules_) {
    for (const std::string& candidate : {std::string(name), tagged}) {
      if (!rule.regexp) {
        if (rule.translation->name == candidate)
          return Match{rule.translation, rule.translation->url};
        continue;
      }
      std::optional<std::string> url = Apply(*rule.regexp, rule.translation->url, candidate);
      if (url) return Match{rule.translation, *std::move(url)};
    }
  }
  return std::nullopt;
}

}  // namespace crimux::vm
