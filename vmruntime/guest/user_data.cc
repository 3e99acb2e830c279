#include "vmruntime/guest/user_data.h"

#include <fmt/format.h>

#include <stdexcept>

#include "vmruntime/annotations/yaml_json.h"
#include "vmruntime/guest/merge.h"
#include "vmruntime/guest/mounted_data.h"
#include "vmruntime/guest/text.h"

namespace crimux::vm {
namespace {

using boost::json::object;

// A key of a source is a key of the user-data, and its text is YAML.
object ParseKeys(const MountedData& data) {
  object user_data;
  for (const auto& [key, text] : data.ReadAll()) {
    try {
      if (!IsPlainText(text)) throw std::invalid_argument("it is not text");
      user_data.insert_or_assign(key, ToJson(YAML::Load(text)));
    } catch (const YAML::Exception& e) {
      data.Refuse(fmt::format("key {}: {}", key, e.what()));
    } catch (const std::invalid_argument& e) {
      data.Refuse(fmt::format("key {}: {}", key, e.what()));
    }
  }
  return user_data;
}

std::string ReadScript(const MountedData& data, const GuestOptions& options) {
  std::string text = data.Read(options.user_data_source->key);
  if (options.user_data_encoding == DataEncoding::kPlain) return text;
  try {
    return FromBase64(text);
  } catch (const std::invalid_argument& e) {
    data.Refuse(fmt::format("key {}: {}", options.user_data_source->key, e.what()));
  }
}

void AddKeys(const GuestOptions& options, const PodMounts& mounts, SeedSpec* spec) {
  spec->ssh_keys = options.ssh_keys;
  bool replaced = options.overwrite && !options.ssh_keys.empty();
  if (!options.ssh_key_source || replaced) return;
  MountedData data(annotation::kSshKeySource, *options.ssh_key_source, mounts);
  try {
    auto keys = SshKeyLines(data.Read(options.ssh_key_source->key));
    spec->ssh_keys.insert(spec->ssh_keys.begin(), keys.begin(), keys.end());
  } catch (const std::invalid_argument& e) {
    data.Refuse(fmt::format("key {}: {}", options.ssh_key_source->key, e.what()));
  }
}

}  // namespace

void AddUserData(const GuestOptions& options, const PodMounts& mounts, SeedSpec* spec) {
  spec->meta_data = options.meta_data;
  spec->user_data = options.user_data;
  spec->script = options.script.value_or("");
  AddKeys(options, mounts, spec);
  bool replaced = options.overwrite && !options.user_data.empty();
  if (!options.user_data_source) return;
  MountedData data(annotation::kUserDataSource, *options.user_data_source, mounts);
  if (!options.user_data_source->key.empty()) {
    spec->script = ReadScript(data, options);
  } else if (!replaced) {
    spec->user_data = MergeMaps(ParseKeys(data), options.user_data);
  }
}

}  // namespace crimux::vm
