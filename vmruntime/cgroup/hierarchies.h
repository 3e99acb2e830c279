#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace crimux::vm {

// How the kernel's cgroups are mounted below one folder, /sys/fs/cgroup: either v2 alone, or one
// hierarchy for each controller of v1. A mixture ("hybrid") counts as v1: that is where the
// controllers are then.
struct Hierarchies {
  int version = 2;
  // The top of each hierarchy, each once. For v2: one.
  std::vector<std::filesystem::path> tops;
  // By controller ("cpu", "memory"), the top of its hierarchy.
  std::map<std::string, std::filesystem::path> controllers;
};

// Looks at `root`. No controllers: there are no cgroups there.
Hierarchies FindHierarchies(const std::filesystem::path& root);

}  // namespace crimux::vm
