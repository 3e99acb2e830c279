#pragma once

#include "vmruntime/machine/domain/nic_spec.h"
#include "vmruntime/machine/domain/words.h"

namespace crimux::vm {

inline constexpr Words<NicModel, 4> kNicWords{{{"virtio", NicModel::kVirtio},
                                               {"e1000e", NicModel::kE1000e},
                                               {"e1000", NicModel::kE1000},
                                               {"rtl8139", NicModel::kRtl8139}}};

// The pods' words; libvirt has numbers.
inline constexpr Words<NicBoot, 2> kNicBootWords{
    {{"first", NicBoot::kFirst}, {"last", NicBoot::kLast}}};

}  // namespace crimux::vm
