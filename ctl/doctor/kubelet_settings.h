#pragma once

#include <optional>
#include <string>

#include "ctl/doctor/host.h"

namespace crimux::ctl {

// One setting, and where it stands.
struct Setting {
  std::string value;
  // "--container-runtime-endpoint", "/var/lib/kubelet/config.yaml", ...
  std::string source;
};

// What the kubelet that runs on the host was told.
struct KubeletSettings {
  int pid = 0;
  std::optional<Setting> runtime_endpoint;
  std::optional<Setting> image_endpoint;
  std::optional<Setting> cgroup_driver;
  // A file of its that can't be read or understood, with the reason; else empty.
  std::string fault;
};

// Nothing when no kubelet runs. As the kubelet does: the files of --config-dir over --config, flags
// over both.
std::optional<KubeletSettings> ReadKubeletSettings(const Host& host);

}  // namespace crimux::ctl
