#pragma once

#include <filesystem>
#include <optional>

#include "vmruntime/stats/machine_figures.h"

namespace crimux::vm {

// What /proc says of one process; nullopt: it has gone. Its CPU time comes from its own clock,
// where there is one (always below /proc itself), since /proc counts it in hundredths of a second.
std::optional<MachineFigures> ReadProcessFigures(const std::filesystem::path& proc, int pid);

}  // namespace crimux::vm
