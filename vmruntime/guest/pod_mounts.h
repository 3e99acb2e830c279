#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace crimux::vm {

// A mount of the container, as the kubelet prepared it on the node.
struct PodMount {
  std::filesystem::path container_path;
  std::filesystem::path host_path;
};

using PodMounts = std::vector<PodMount>;

}  // namespace crimux::vm
