#include "vmruntime/annotations/data_source.h"

#include <algorithm>

namespace crimux::vm {
namespace {

constexpr size_t kLongestObjectName = 253;
constexpr std::string_view kMountPrefix = "mount:";

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsObjectName(std::string_view name) {
  return !name.empty() && name.size() <= kLongestObjectName && IsAlphanumeric(name.front()) &&
         std::ranges::all_of(name,
                             [](char c) { return IsAlphanumeric(c) || c == '-' || c == '.'; });
}

std::optional<DataSource> ParseMount(std::string_view text) {
  std::filesystem::path path(text);
  if (!path.is_absolute() || path.lexically_normal() != path) return std::nullopt;
  return DataSource{.kind = DataSource::Kind::kMount, .path = path};
}

std::optional<DataSource::Kind> ParseKind(std::string_view word) {
  if (word == "configmap") return DataSource::Kind::kConfigMap;
  if (word == "secret") return DataSource::Kind::kSecret;
  return std::nullopt;
}

}  // namespace

bool IsDataKey(std::string_view key) {
  return !key.empty() && key.size() <= kLongestObjectName && key != "." && !key.starts_with("..") &&
         std::ranges::all_of(
             key, [](char c) { return IsAlphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

std::optional<DataSource> ParseDataSource(std::string_view text, bool with_key) {
  if (text.starts_with(kMountPrefix)) return ParseMount(text.substr(kMountPrefix.size()));
  size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  auto kind = ParseKind(text.substr(0, slash));
  std::string_view name = text.substr(slash + 1);
  std::string_view key;
  if (size_t second = name.find('/'); second != std::string_view::npos) {
    key = name.substr(second + 1);
    name = name.substr(0, second);
    if (!with_key || !IsDataKey(key)) return std::nullopt;
  }
  if (!kind || !IsObjectName(name)) return std::nullopt;
  return DataSource{.kind = *kind, .name = std::string(name), .key = std::string(key)};
}

}  // namespace crimux::vm
