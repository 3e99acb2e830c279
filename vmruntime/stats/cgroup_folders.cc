#include "vmruntime/stats/cgroup_folders.h"

#include <algorithm>

#include "vmruntime/stats/key_values.h"

namespace crimux::vm {

CgroupFolders FindCgroupFolders(const FigureRoots& roots, int pid,
                                const std::string& container_id) {
  auto text = ReadSmallFile(roots.proc / std::to_string(pid) / "cgroup");
  if (!text) return {};
  return ParseCgroupFolders(*text, roots.cgroups, container_id);
}

CgroupFolders ParseCgroupFolders(std::string_view text, const std::filesystem::path& root,
                                 const std::string& container_id) {
  CgroupFolders unified;
  CgroupFolders split{.version = 1};
  for (std::string_view line : Split(text, '\n')) {
    // "7:cpu,cpuacct:/pods/a" or, of v2, "0::/pods/a".
    size_t first = std::min(line.find(':'), line.size());
    size_t second = line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    std::string_view path = line.substr(second + 1);
    if (path.find(container_id) == std::string_view::npos) continue;
    path.remove_prefix(path.starts_with('/') ? 1 : 0);
    if (line.substr(0, first) == "0") unified.cpu = unified.memory = unified.pids = root / path;
    for (std::string_view controller : Split(line.substr(first + 1, second - first - 1), ',')) {
      if (controller == "cpuacct") split.cpu = root / controller / path;
      if (controller == "memory") split.memory = root / controller / path;
      if (controller == "pids") split.pids = root / controller / path;
    }
  }
  bool is_split = !split.cpu.empty() || !split.memory.empty() || !split.pids.empty();
  return is_split ? split : unified;
}

}  // namespace crimux::vm
