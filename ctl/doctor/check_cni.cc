#include <fmt/format.h>

#include "base/error.h"
#include "ctl/doctor/checks.h"
#include "ctl/report/json_view.h"

namespace crimux::ctl {
namespace {

namespace json = boost::json;

constexpr char kCniRemedy[] =
    "install the cluster's network (its DaemonSet writes the file); crimux takes the first by name";

bool IsNetwork(const std::string& name) {
  return name.ends_with(".conf") || name.ends_with(".conflist") || name.ends_with(".json");
}

// A list has "plugins"; a single plugin is one itself.
std::vector<std::string> PluginTypes(const json::object& network) {
  std::vector<std::string> types;
  if (!network.contains("plugins")) types.push_back(TextAt(network, "/type"));
  for (const json::value& plugin : ArrayAt(network, "plugins")) {
    types.push_back(TextAt(plugin, "/type"));
    if (!TextAt(plugin, "/ipam/type").empty()) types.push_back(TextAt(plugin, "/ipam/type"));
  }
  if (!TextAt(network, "/ipam/type").empty()) types.push_back(TextAt(network, "/ipam/type"));
  return types;
}

bool HasPlugin(const Patient& patient, const VmConfig& vm, const std::string& type) {
  for (const std::filesystem::path& folder : vm.cni_bin_dirs) {
    if (!patient.host.FindProgram((folder / type).string()).empty()) return true;
  }
  return false;
}

std::string Folders(const VmConfig& vm) {
  std::string text;
  for (const auto& folder : vm.cni_bin_dirs) text += (text.empty() ? "" : ", ") + folder.string();
  return text;
}

Findings CheckNetwork(const Patient& patient, const VmConfig& vm, const std::string& file) {
  Findings findings;
  auto text = patient.host.Read(file);
  json::object network = ParsePage(file, text.value_or(""));
  for (const std::string& type : PluginTypes(network)) {
    if (HasPlugin(patient, vm, type)) continue;
    findings.push_back(
        {Verdict::kFailed, "cni",
         fmt::format("{} wants plugin \"{}\", which is in none of {}", file, type, Folders(vm)),
         "install it (package containernetworking-plugins, or the network's own), or "
         "name its folder in vm.cniBinDirs"});
  }
  if (!findings.empty()) return findings;
  return {{Verdict::kOk, "cni",
           fmt::format("network \"{}\" of {}, all its plugins are there", TextAt(network, "/name"),
                       file)}};
}

}  // namespace

Findings CheckCni(const Patient& patient) {
  const RuntimeConfig* runtime = patient.VmRuntime();
  if (runtime == nullptr) return {{Verdict::kSkipped, "cni", "no runtime is the VM runtime"}};
  const VmConfig& vm = *runtime->vm;
  for (const std::string& name : patient.host.List(vm.cni_conf_dir)) {
    if (!IsNetwork(name)) continue;
    std::string file = (vm.cni_conf_dir / name).string();
    try {
      return CheckNetwork(patient, vm, file);
    } catch (const Error& e) {
      return {{Verdict::kFailed, "cni", fmt::format("{} can't be used: {}", file, e.what()),
               kCniRemedy}};
    }
  }
  return {{Verdict::kFailed, "cni",
           fmt::format("no network configuration in {}", vm.cni_conf_dir.string()), kCniRemedy}};
}

}  // namespace crimux::ctl
