#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "vmruntime/cgroup/cgroup_files.h"
#include "vmruntime/cgroup/cgroup_limits.h"
#include "vmruntime/cgroup/hierarchies.h"
#include "vmruntime/cgroup/settings.h"

namespace crimux::vm {

// The cgroups of pods and their VMs, in all hierarchies at once. A cgroup is named by its path
// below their tops (see PodCgroup). Touches only what it is told to. Any thread; one at a time for
// one cgroup.
class Cgroups {
 public:
  // `root`: where cgroups are mounted. `files` must outlive this.
  Cgroups(const std::filesystem::path& root, CgroupFiles& files);

  // 1 or 2.
  int version() const { return hierarchies_.version; }

  // The cgroup and those around it that aren't there yet, the outermost first; to be remembered
  // before Make, for Remove.
  std::vector<std::filesystem::path> Missing(const std::filesystem::path& cgroup) const;
  // Makes it and those around it, ready for limits and processes. Throws Error; what was made
  // stays.
  void Make(const std::filesystem::path& cgroup);
  // All limits or none: after an Error the cgroup is as it was. FAILED_PRECONDITION for a
  // controller that this node hasn't; else what CgroupFiles::Write throws.
  void Set(const std::filesystem::path& cgroup, const CgroupLimits& limits);
  // Whole processes. One that has ended meanwhile is passed over.
  void Move(const std::filesystem::path& cgroup, const std::vector<int>& pids);
  // Waits a moment for processes that are about to end. False: it is still in use, and stays.
  // True also when there is none.
  bool Remove(const std::filesystem::path& cgroup);

  // How many of its processes the kernel has killed for want of memory, whichever limit it was.
  uint64_t OomKills(const std::filesystem::path& cgroup) const;
  // Bytes; nullopt: none, or no such cgroup.
  std::optional<uint64_t> MemoryLimit(const std::filesystem::path& cgroup) const;
  // v2 alone, where a limit below it kills: bytes that are charged to it and can't be taken back,
  // as page cache could. nullopt: v1, or not counted.
  std::optional<uint64_t> MemoryHeld(const std::filesystem::path& cgroup) const;

  // Where the files of one controller ("cpu", "cpuacct", "memory", "pids") are for this cgroup, to
  // be read. nullopt: the node has no such controller. The folder may have gone.
  std::optional<std::filesystem::path> Folder(const std::filesystem::path& cgroup,
                                              const std::string& controller) const;

 private:
  void MakeIn(const std::filesystem::path& top, const std::filesystem::path& cgroup);
  void EnableControllers(const std::filesystem::path& folder);
  void InheritCpuset(const std::filesystem::path& folder);
  std::vector<CgroupSetting> Settings(const std::filesystem::path& cgroup,
                                      const CgroupLimits& limits) const;
  std::optional<std::filesystem::path> FileFor(const std::filesystem::path& cgroup,
                                               const CgroupSetting& setting) const;

  Hierarchies hierarchies_;
  CgroupFiles& files_;
};

}  // namespace crimux::vm
