#pragma once

#include "vmruntime/image/disk_format.h"

namespace crimux::vm {

// JudgeDisk for Hyper-V's disks. Structures and offsets: Microsoft's [MS-VHDX].
bool LooksLikeVhdx(std::string_view head);
DiskVerdict JudgeVhdx(const DiskBytes& bytes);

}  // namespace crimux::vm
