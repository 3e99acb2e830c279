#include "vmruntime/guest/environment_file.h"

#include <algorithm>
#include <string_view>

namespace crimux::vm {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
constexpr std::string_view kNameCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
constexpr std::string_view kBareCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789./:@%+,-";

bool IsVariable(std::string_view name) {
  return !name.empty() && kLetters.find(name.front()) != std::string_view::npos &&
         name.find_first_not_of(kNameCharacters) == std::string_view::npos;
}

std::string Quoted(std::string_view value) {
  if (value.find_first_not_of(kBareCharacters) == std::string_view::npos) {
    return std::string(value);
  }
  std::string quoted = "\"";
  for (char c : value) {
    if (c == '"' || c == '\\' || c == '$' || c == '`') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

bool IsLast(const Environment& environment, Environment::const_iterator place) {
  return std::none_of(place + 1, environment.end(),
                      [&](const auto& later) { return later.first == place->first; });
}

}  // namespace

std::string EnvironmentFile(const Environment& environment, std::vector<std::string>* left_out) {
  std::string lines;
  for (auto entry = environment.begin(); entry != environment.end(); ++entry) {
    if (!IsVariable(entry->first)) {
      left_out->push_back(entry->first);
    } else if (IsLast(environment, entry)) {
      lines += entry->first + "=" + Quoted(entry->second) + "\n";
    }
  }
  return lines;
}

}  // namespace crimux::vm
