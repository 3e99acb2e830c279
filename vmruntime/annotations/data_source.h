#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace crimux::vm {

// Where a "…-source" annotation has its data from. Always one of the pod's own mounts: nothing else
// of the cluster or of the node is read for it.
struct DataSource {
  enum class Kind { kConfigMap, kSecret, kMount };

  Kind kind = Kind::kConfigMap;
  // The volume's name in the pod (kConfigMap, kSecret).
  std::string name;
  // Where the container has it (kMount).
  std::filesystem::path path;
  // One file of it; empty: all of it, or the annotation's default.
  std::string key;

  bool operator==(const DataSource&) const = default;
};

// "configmap/NAME", "secret/NAME" or "mount:/PATH", and where `with_key` "configmap/NAME/KEY" or
// "secret/NAME/KEY". nullopt for anything else, also for names and keys that Kubernetes wouldn't
// take.
std::optional<DataSource> ParseDataSource(std::string_view text, bool with_key);

// Whether Kubernetes would take it as a key of a ConfigMap or Secret.
bool IsDataKey(std::string_view key);

}  // namespace crimux::vm
