#include "vmruntime/cgroup/hierarchies.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "base/file.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;

// Those that container runtimes put containers into, so that who counts pods there finds ours.
constexpr std::array kV1Controllers{"cpu",     "cpuacct", "cpuset", "memory",
                                    "hugetlb", "pids",    "blkio"};

Hierarchies FindV2(const fs::path& root) {
  Hierarchies found{.version = 2, .tops = {root}};
  std::istringstream names(ReadFile(root / "cgroup.controllers"));
  for (std::string name; names >> name;) found.controllers[name] = root;
  // Counted without a controller.
  found.controllers["cpuacct"] = root;
  return found;
}

// "cpu" may be a link to "cpu,cpuacct".
Hierarchies FindV1(const fs::path& root) {
  Hierarchies found{.version = 1};
  for (const char* name : kV1Controllers) {
    std::error_code missing;
    fs::path top = fs::canonical(root / name, missing);
    if (missing) continue;
    found.controllers[name] = top;
    if (std::ranges::count(found.tops, top) == 0) found.tops.push_back(top);
  }
  return found;
}

}  // namespace

Hierarchies FindHierarchies(const fs::path& root) {
  return fs::exists(root / "cgroup.controllers") ? FindV2(root) : FindV1(root);
}

}  // namespace crimux::vm
