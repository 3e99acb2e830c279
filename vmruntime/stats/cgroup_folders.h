#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "vmruntime/stats/machine_figures.h"

namespace crimux::vm {

// Where the files of a machine's cgroup lie; empty: the process is in no cgroup of its own there.
struct CgroupFolders {
  int version = 2;
  // With v2 all are one.
  std::filesystem::path cpu;
  std::filesystem::path memory;
  std::filesystem::path pids;
};

// The cgroups of a process that are for this container, since their path has its id in it.
CgroupFolders FindCgroupFolders(const FigureRoots& roots, int pid, const std::string& container_id);

// The same from the text of /proc/PID/cgroup. `root` is where cgroups are mounted.
CgroupFolders ParseCgroupFolders(std::string_view text, const std::filesystem::path& root,
                                 const std::string& container_id);

}  // namespace crimux::vm
