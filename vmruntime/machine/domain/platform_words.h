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

inline constexpr Words<NicModel, 4> kNicWords{{{"virtio", NicModel::kVirtio},
                                               {"e1000e", NicModel::kE1000e},
                                               {"e1000", NicModel::kE1000},
                                               {"rtl8139", NicModel::kRtl8139}}};

}  // namespace crimux::vm
