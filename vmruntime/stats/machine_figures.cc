#include "vmruntime/stats/machine_figures.h"

#include "vmruntime/stats/cgroup_figures.h"
#include "vmruntime/stats/process_figures.h"

namespace crimux::vm {

std::optional<MachineFigures> ReadMachineFigures(const std::filesystem::path& proc, int pid,
                                                 const Cgroups& cgroups,
                                                 const std::filesystem::path& cgroup) {
  std::optional<MachineFigures> figures = ReadProcessFigures(proc, pid);
  if (!figures) return std::nullopt;
  OverlayCgroupFigures(cgroups, cgroup, &*figures);
  return figures;
}

}  // namespace crimux::vm
