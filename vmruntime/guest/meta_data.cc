#include "vmruntime/guest/meta_data.h"

#include <fmt/format.h>

namespace crimux::vm {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

// The node's own keys come after all that the pod says, so that it can't leave them out.
void AddKeys(object& meta_data, const std::vector<std::string>& keys) {
  if (keys.empty()) return;
  value& known = meta_data["public-keys"];
  if (known.is_string()) known = array{known};
  if (!known.is_array() && !known.is_object()) known = array();
  for (size_t i = 0; i < keys.size(); ++i) {
    if (known.is_array()) {
      known.get_array().emplace_back(keys[i]);
    } else {
      known.get_object()[fmt::format("crimux-{}", i)] = keys[i];
    }
  }
}

// A list of keys under names, as OpenStack has them.
value NamedKeys(const value& keys) {
  if (!keys.is_array()) return keys;
  object named;
  for (size_t i = 0; i < keys.get_array().size(); ++i) {
    named[fmt::format("key-{}", i)] = keys.get_array()[i];
  }
  return named;
}

// `from`'s value as `to`, unless the pod has said something there.
void Repeat(object& meta_data, std::string_view from, std::string_view to) {
  if (const value* known = meta_data.if_contains(from)) meta_data.emplace(to, value(*known));
}

}  // namespace

object MetaData(const SeedSpec& spec) {
  object meta_data{{"instance-id", spec.instance_id}, {"local-hostname", spec.hostname}};
  if (!spec.ssh_keys.empty()) {
    meta_data["public-keys"] = array(spec.ssh_keys.begin(), spec.ssh_keys.end());
  }
  for (const auto& [key, item] : spec.meta_data) meta_data.insert_or_assign(key, item);
  AddKeys(meta_data, spec.extra_ssh_keys);
  return meta_data;
}

object OpenStackMetaData(const SeedSpec& spec) {
  object meta_data = MetaData(spec);
  Repeat(meta_data, "instance-id", "uuid");
  Repeat(meta_data, "local-hostname", "hostname");
  Repeat(meta_data, "local-hostname", "name");
  if (const value* keys = meta_data.if_contains("public-keys")) {
    meta_data.emplace("public_keys", NamedKeys(*keys));
  }
  return meta_data;
}

}  // namespace crimux::vm
