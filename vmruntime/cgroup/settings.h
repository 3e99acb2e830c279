#pragma once

#include <string>
#include <vector>

#include "vmruntime/cgroup/cgroup_limits.h"

namespace crimux::vm {

// One file of a cgroup and what goes into it.
struct CgroupSetting {
  std::string controller;
  std::string file;
  std::string value;
  // Passed over where the kernel has no such file.
  bool optional = false;

  bool operator==(const CgroupSetting&) const = default;
};

// What the kernel is told for these limits, in an order that it takes when a fresh cgroup is
// filled. V1 throws Error (FAILED_PRECONDITION) for `unified`; V2 INVALID_ARGUMENT for what is no
// file of a controller in it.
std::vector<CgroupSetting> SettingsV1(const CgroupLimits& limits);
std::vector<CgroupSetting> SettingsV2(const CgroupLimits& limits);

// cpu.weight (1 to 10000) for shares (2 to 262144): as runtimes have converted it since v2 came.
uint64_t WeightOfShares(uint64_t shares);

}  // namespace crimux::vm
