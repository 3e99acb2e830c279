#pragma once

#include "vmruntime/stats/cgroup_folders.h"
#include "vmruntime/stats/machine_figures.h"

namespace crimux::vm {

// Puts what the cgroup says in the place of what was known; figures that it doesn't have stay. The
// guest's memory may be shared with a virtiofsd, and is then no anonymous memory to the kernel but
// shmem, so `rss` counts both.
void OverlayCgroupFigures(const CgroupFolders& folders, MachineFigures* figures);

}  // namespace crimux::vm
