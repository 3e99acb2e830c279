#include "vmruntime/network/cni/cni_config.h"

#include <algorithm>
#include <array>

#include <boost/algorithm/string/predicate.hpp>
#include <boost/json.hpp>

#include "base/error.h"
#include "base/file.h"

namespace crimux::vm {
namespace {

namespace json = boost::json;

constexpr std::array<const char*, 5> kVersions = {"0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"};

Error Unusable(const std::string& file, const std::string& cause) {
  return {grpc::UNAVAILABLE, "use CNI configuration", file, cause};
}

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::vector<std::filesystem::path> ConfigFiles(const std::filesystem::path& dir) {
  std::vector<std::filesystem::path> files;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(dir, failed)) {
    std::string extension = entry.path().extension();
    bool is_config = extension == ".conflist" || extension == ".conf" || extension == ".json";
    if (is_config && entry.is_regular_file(failed)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

json::object ParseObject(const std::string& text, const std::string& file) {
  boost::system::error_code failed;
  json::value value = json::parse(text, failed);
  if (failed) throw Unusable(file, "not JSON: " + failed.message());
  if (!value.is_object()) throw Unusable(file, "not a JSON object");
  return value.as_object();
}

std::vector<json::object> Plugins(const json::object& root, const std::string& file) {
  const json::value* list = root.if_contains("plugins");
  if (list == nullptr) return {root};
  if (!list->is_array() || list->as_array().empty()) throw Unusable(file, "no plugins in it");
  std::vector<json::object> plugins;
  for (const json::value& plugin : list->as_array()) {
    if (!plugin.is_object()) throw Unusable(file, "a plugin is not a JSON object");
    plugins.push_back(plugin.as_object());
  }
  return plugins;
}

int VersionIndex(const std::string& version) {
  auto known = std::find(kVersions.begin(), kVersions.end(), version);
  return known == kVersions.end() ? -1 : static_cast<int>(known - kVersions.begin());
}

// The highest that is known here of cniVersion and (CNI 1.1) the list cniVersions.
std::string Version(const json::object& root, const std::string& file) {
  std::string version = JsonString(root, "cniVersion");
  const json::value* list = root.if_contains("cniVersions");
  if (list == nullptr) return version;
  if (!list->is_array()) throw Unusable(file, "cniVersions is not a list");
  for (const json::value& item : list->as_array()) {
    if (!item.is_string()) throw Unusable(file, "a version in cniVersions is not a string");
    std::string other(item.as_string());
    if (version.empty() || VersionIndex(other) > VersionIndex(version)) version = other;
  }
  return version;
}

// As libcni reads it: a boolean, or one as a string.
bool DisablesGc(const json::object& root, const std::string& file) {
  const json::value* value = root.if_contains("disableGC");
  if (value == nullptr) return false;
  if (value->is_bool()) return value->as_bool();
  std::string text = JsonString(root, "disableGC");
  bool is_true = boost::algorithm::iequals(text, "true");
  if (!is_true && !boost::algorithm::iequals(text, "false")) {
    throw Unusable(file, "disableGC is neither true nor false");
  }
  return is_true;
}

void Validate(const CniNetworkConfig& network, const std::string& file) {
  if (!IsCniName(network.name)) throw Unusable(file, "bad network name \"" + network.name + "\"");
  if (VersionIndex(network.version) < 0) {
    throw Unusable(file, "cniVersion \"" + network.version + "\" is not one of 0.3.0 to 1.1.0");
  }
  for (const json::object& plugin : network.plugins) {
    std::string type = JsonString(plugin, "type");
    if (type.empty() || type.find('/') != std::string::npos) {
      throw Unusable(file, "bad plugin type \"" + type + "\"");
    }
  }
}

}  // namespace

std::string JsonString(const json::object& object, const std::string& key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

bool IsCniName(const std::string& text) {
  return !text.empty() && text.size() <= 200 && IsAlphanumeric(text[0]) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return IsAlphanumeric(c) || c == '_' || c == '.' || c == '-'; });
}

json::object CniNetworkConfig::ToJson() const {
  json::array list;
  for (const json::object& plugin : plugins) list.push_back(plugin);
  return {{"cniVersion", version}, {"name", name}, {"plugins", list}};
}

bool CniNetworkConfig::HasCapability(const std::string& capability) const {
  return std::any_of(plugins.begin(), plugins.end(), [&](const json::object& plugin) {
    const json::value* declared = plugin.if_contains("capabilities");
    if (declared == nullptr || !declared->is_object()) return false;
    const json::value* value = declared->as_object().if_contains(capability);
    return value != nullptr && value->is_bool() && value->as_bool();
  });
}

CniNetworkConfig ParseCniNetwork(const std::string& text, const std::string& file) {
  json::object root = ParseObject(text, file);
  CniNetworkConfig network{.name = JsonString(root, "name"),
                           .version = Version(root, file),
                           .plugins = Plugins(root, file)};
  network.disable_gc = DisablesGc(root, file);
  Validate(network, file);
  return network;
}

CniNetworkConfig LoadDefaultNetwork(const std::filesystem::path& conf_dir) {
  std::vector<std::filesystem::path> files = ConfigFiles(conf_dir);
  if (files.empty()) throw Unusable(conf_dir.string(), "no network configuration in it");
  std::string text;
  try {
    text = ReadFile(files.front());
  } catch (const Error& error) {
    throw Unusable(files.front().string(), error.what());
  }
  return ParseCniNetwork(text, files.front().string());
}

}  // namespace crimux::vm
