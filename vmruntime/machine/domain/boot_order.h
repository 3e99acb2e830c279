#pragma once

#include <algorithm>

#include "vmruntime/machine/domain/machine_spec.h"

namespace crimux::vm {

// Numbers of the boot order, from 1 on: the cards that come first, the disks, the cards that come
// last; each in their own order.
class BootOrder {
 public:
  explicit BootOrder(const MachineSpec& spec)
      : disk_(static_cast<size_t>(std::ranges::count(spec.nics, NicBoot::kFirst, &NicSpec::boot))),
        last_(disk_ +
              static_cast<size_t>(std::ranges::count(spec.disks, true, &DiskSpec::bootable))) {}

  size_t NextDisk() { return ++disk_; }
  size_t NextNic(NicBoot boot) { return boot == NicBoot::kFirst ? ++first_ : ++last_; }

 private:
  size_t first_ = 0;
  size_t disk_;
  size_t last_;
};

}  // namespace crimux::vm
