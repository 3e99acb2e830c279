#pragma once

#include "vmruntime/image/disk_format.h"

namespace crimux::vm {

// JudgeDisk for a file that begins as a VMware disk: one with a header of its own (KDMV), the older
// one (COWD), or a descriptor, which is a text that names other files. Accepts monolithicSparse and
// streamOptimized. Field names and offsets: VMware's "Virtual Disk Format 1.1".
bool LooksLikeVmdk(std::string_view head);
DiskVerdict JudgeVmdk(const DiskBytes& bytes);

}  // namespace crimux::vm
