#pragma once

#include "vmruntime/image/disk_format.h"

namespace crimux::vm {

// JudgeDisk for a file that begins with qcow's magic. Field names and offsets: QEMU's
// docs/interop/qcow2.txt.
bool LooksLikeQcow(std::string_view head);
DiskVerdict JudgeQcow2(std::string_view head, uint64_t file_size);

}  // namespace crimux::vm
