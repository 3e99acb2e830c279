#pragma once

#include "vmruntime/cgroup/cgroups.h"
#include "vmruntime/stats/machine_figures.h"

namespace crimux::vm {

// Puts what the cgroup says in the place of what was known of the process; figures that it doesn't
// have stay. The guest's memory may be shared with a virtiofsd, and is then no anonymous memory to
// the kernel but shmem, so `rss` counts both. What the process had before it came into the cgroup
// is charged elsewhere, so where the process alone holds more memory than the cgroup, that counts.
void OverlayCgroupFigures(const Cgroups& cgroups, const std::filesystem::path& cgroup,
                          MachineFigures* figures);

}  // namespace crimux::vm
