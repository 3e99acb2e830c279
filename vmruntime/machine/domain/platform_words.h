#pragma once

#include "vmruntime/machine/domain/platform_spec.h"
#include "vmruntime/machine/domain/words.h"

namespace crimux::vm {

inline constexpr Words<MachineType, 2> kMachineWords{
    {{"q35", MachineType::kQ35}, {"pc", MachineType::kPc}}};

inline constexpr Words<VideoModel, 4> kVideoWords{{{"none", VideoModel::kNone},
                                                   {"vga", VideoModel::kVga},
                                                   {"virtio", VideoModel::kVirtio},
                                                   {"qxl", VideoModel::kQxl}}};

}  // namespace crimux::vm
