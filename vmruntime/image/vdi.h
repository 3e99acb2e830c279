#pragma once

#include "vmruntime/image/disk_format.h"

namespace crimux::vm {

// JudgeDisk for VirtualBox's disks. Field names and offsets: the comment in QEMU's block/vdi.c.
bool LooksLikeVdi(std::string_view head);
DiskVerdict JudgeVdi(const DiskBytes& bytes);

}  // namespace crimux::vm
