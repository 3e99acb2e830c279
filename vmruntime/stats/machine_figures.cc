#include "vmruntime/stats/machine_figures.h"

#include "vmruntime/stats/cgroup_figures.h"
#include "vmruntime/stats/cgroup_folders.h"
#include "vmruntime/stats/process_figures.h"

namespace crimux::vm {

std::optional<MachineFigures> ReadMachineFigures(const FigureRoots& roots, int pid,
                                                 const std::string& container_id) {
  std::optional<MachineFigures> figures = ReadProcessFigures(roots.proc, pid);
  if (!figures) return std::nullopt;
  // Hierarchies of v1 are independent: one may have a cgroup for the machine where others do not.
  OverlayCgroupFigures(FindCgroupFolders(roots, pid, container_id), &*figures);
  return figures;
}

}  // namespace crimux::vm
