#include "vmruntime/guest/data_source_files.h"

#include <fmt/format.h>

#include <stdexcept>

#include "vmruntime/guest/text.h"

namespace crimux::vm {
namespace {

using Values = std::map<std::string, std::string>;

constexpr std::string_view kPathSuffix = "_path";
constexpr std::string_view kEncodingSuffix = "_encoding";

// What people write into files ends with a line break that isn't meant.
std::string Trimmed(const std::string& text) {
  size_t end = text.find_last_not_of(" \t\r\n");
  return end == std::string::npos ? "" : text.substr(0, end + 1);
}

std::string Path(const MountedData& data, const std::string& key, const std::string& text) {
  std::filesystem::path path(Trimmed(text));
  bool good = path.is_absolute() && path.has_filename() && path.lexically_normal() == path &&
              IsPlainText(path.string()) && path.string().find('\n') == std::string::npos;
  if (good) return path.string();
  data.Refuse(fmt::format("key {}: {:?} is no absolute path of a file", key, path.string()));
}

bool IsBase64(const MountedData& data, const Values& values, const std::string& name) {
  auto found = values.find(name + std::string(kEncodingSuffix));
  if (found == values.end()) return true;
  std::string word = Trimmed(found->second);
  if (word == "base64") return true;
  if (word == "plain") return false;
  data.Refuse(fmt::format("key {}: {:?} is none of: base64, plain", found->first, word));
}

std::string Content(const MountedData& data, const Values& values, const std::string& name) {
  auto found = values.find(name);
  if (found == values.end()) data.Refuse(fmt::format("it has {0}_path, but no {0}", name));
  if (!IsBase64(data, values, name)) return found->second;
  try {
    return FromBase64(found->second);
  } catch (const std::invalid_argument& e) {
    data.Refuse(fmt::format("key {0}: {1}; {0}_encoding can be plain", name, e.what()));
  }
}

}  // namespace

void AddSourceFiles(const MountedData& data, std::vector<GuestFile>* files) {
  const Values values = data.ReadAll();
  size_t before = files->size();
  for (const auto& [key, text] : values) {
    if (!key.ends_with(kPathSuffix) || key.size() == kPathSuffix.size()) continue;
    std::string name = key.substr(0, key.size() - kPathSuffix.size());
    files->push_back({Path(data, key, text), Content(data, values, name)});
  }
  if (files->size() == before) data.Refuse("it has no key that ends with _path");
}

}  // namespace crimux::vm
