#include "vmruntime/guest/seed.h"

#include <boost/json/serialize.hpp>

#include "vmruntime/guest/cloud_config.h"
#include "vmruntime/guest/merge.h"
#include "vmruntime/guest/meta_data.h"
#include "vmruntime/guest/mounts.h"
#include "vmruntime/guest/network_config.h"
#include "vmruntime/guest/yaml_text.h"

namespace crimux::vm {
namespace {

using boost::json::object;

constexpr std::string_view kMountScriptWord = "@virtlet-mount-script@";

std::string ReplaceAll(std::string text, std::string_view word, const std::string& by) {
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + by.size())) {
    text.replace(at, word.size(), by);
  }
  return text;
}

std::string UserData(const SeedSpec& spec) {
  if (!spec.script.empty()) {
    return ReplaceAll(spec.script, kMountScriptWord, MountScript(spec.mounts));
  }
  return CloudConfigText(MergeMaps(CloudConfig(spec), spec.user_data));
}

// What we ask of cloud-init when user-data has no place for it; empty: nothing.
std::string VendorData(const SeedSpec& spec) {
  if (spec.script.empty()) return "";
  object config = CloudConfig(spec);
  return config.empty() ? "" : CloudConfigText(config);
}

std::string Json(const object& document) { return boost::json::serialize(document) + "\n"; }

std::vector<SeedFile> NoCloudFiles(const SeedSpec& spec) {
  // JSON is YAML, too, and simpler readers than cloud-init know nothing else.
  std::vector<SeedFile> files = {{"meta-data", Json(MetaData(spec))},
                                 {"user-data", UserData(spec)}};
  if (std::string vendor_data = VendorData(spec); !vendor_data.empty()) {
    files.push_back({"vendor-data", vendor_data});
  }
  if (!spec.interfaces.empty()) {
    files.push_back({"network-config", ToYaml(NetworkConfig(spec.interfaces, spec.dns))});
  }
  return files;
}

std::vector<SeedFile> ConfigDriveFiles(const SeedSpec& spec) {
  const std::string folder = "openstack/latest/";
  std::vector<SeedFile> files = {{folder + "meta_data.json", Json(OpenStackMetaData(spec))},
                                 {folder + "user_data", UserData(spec)}};
  if (std::string vendor_data = VendorData(spec); !vendor_data.empty()) {
    files.push_back({folder + "vendor_data.json", Json({{"cloud-init", vendor_data}})});
  }
  if (!spec.interfaces.empty()) {
    files.push_back({folder + "network_data.json", Json(NetworkData(spec.interfaces, spec.dns))});
  }
  return files;
}

}  // namespace

std::vector<SeedFile> SeedFiles(const SeedSpec& spec) {
  switch (spec.format) {
    case SeedFormat::kNoCloud:
      return NoCloudFiles(spec);
    case SeedFormat::kConfigDrive:
      return ConfigDriveFiles(spec);
    case SeedFormat::kNone:
      break;
  }
  return {};
}

std::string_view SeedLabel(SeedFormat format) {
  return format == SeedFormat::kConfigDrive ? "config-2" : "cidata";
}

}  // namespace crimux::vm
