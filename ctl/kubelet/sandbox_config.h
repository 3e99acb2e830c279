#pragma once

#include <filesystem>
#include <string>

#include "ctl/kubelet/node.h"
#include "ctl/manifest/pod.h"
#include "runtime/v1/api.pb.h"

namespace crimux::ctl {

// What the kubelet passes to RunPodSandbox for a pod; `resolv_conf` is the text of the node's.
runtime::v1::PodSandboxConfig ToSandboxConfig(const Pod& pod, const Node& node,
                                              const std::string& resolv_conf);

// <log root>/<namespace>_<name>_<uid>
std::filesystem::path LogDirectory(const Pod& pod, const Node& node);
// <pod root>/<uid>
std::filesystem::path PodDirectory(const Pod& pod, const Node& node);

runtime::v1::NamespaceOption ToNamespaceOptions(const Pod& pod);
runtime::v1::SecurityProfile ToSecurityProfile(const std::optional<SeccompProfile>& profile);

}  // namespace crimux::ctl
