#pragma once

#include <filesystem>
#include <string>

#include "ctl/kubelet/node.h"
#include "ctl/manifest/pod.h"
#include "runtime/v1/api.pb.h"

namespace crimux::ctl {

// What the kubelet passes to CreateContainer, for the first start of a container. `image_ref` is
// what PullImage answered, or the id in ImageStatus.
runtime::v1::ContainerConfig ToContainerConfig(const Pod& pod, const Container& container,
                                               const std::string& image_ref, const Node& node);

// The folder of an emptyDir, below the pod's.
std::filesystem::path EmptyDirectory(const Pod& pod, const std::string& volume, const Node& node);

}  // namespace crimux::ctl
