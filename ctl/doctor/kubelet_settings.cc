#include "ctl/doctor/kubelet_settings.h"

#include <fmt/format.h>

#include "base/error.h"
#include "config/yaml_value.h"

namespace crimux::ctl {
namespace {

void Set(const YamlValue::Entry& entry, const std::string& key, const std::string& file,
         std::optional<Setting>* setting) {
  if (entry.key != key || entry.value.IsNull()) return;
  *setting = {entry.value.String(), fmt::format("{} in {}", key, file)};
}

// Takes what a KubeletConfiguration says; it may say just a part.
void ReadConfigFile(const Host& host, const std::string& file, KubeletSettings* settings) {
  auto text = host.Read(file);
  if (!text) {
    settings->fault = fmt::format("its file {} can't be read", file);
    return;
  }
  try {
    for (const YamlValue::Entry& entry : YamlValue::Parse(*text, file).Entries()) {
      Set(entry, "containerRuntimeEndpoint", file, &settings->runtime_endpoint);
      Set(entry, "imageServiceEndpoint", file, &settings->image_endpoint);
      Set(entry, "cgroupDriver", file, &settings->cgroup_driver);
    }
  } catch (const Error& e) {
    settings->fault = e.what();
  }
}

void ReadFlag(const HostProcess& kubelet, const std::string& flag,
              std::optional<Setting>* setting) {
  if (auto value = kubelet.Flag(flag)) *setting = {*value, flag};
}

}  // namespace

std::optional<KubeletSettings> ReadKubeletSettings(const Host& host) {
  std::vector<HostProcess> kubelets = FindProcesses(host, "kubelet");
  if (kubelets.empty()) return std::nullopt;
  const HostProcess& kubelet = kubelets.front();
  KubeletSettings settings{.pid = kubelet.pid};
  if (auto file = kubelet.Flag("--config")) ReadConfigFile(host, *file, &settings);
  if (auto folder = kubelet.Flag("--config-dir")) {
    for (const std::string& name : host.List(*folder)) {
      if (name.ends_with(".conf")) ReadConfigFile(host, *folder + "/" + name, &settings);
    }
  }
  ReadFlag(kubelet, "--container-runtime-endpoint", &settings.runtime_endpoint);
  ReadFlag(kubelet, "--image-service-endpoint", &settings.image_endpoint);
  ReadFlag(kubelet, "--cgroup-driver", &settings.cgroup_driver);
  return settings;
}

}  // namespace crimux::ctl
