#include <algorithm>

#include "base/error.h"
#include "vmruntime/cgroup/settings.h"

namespace crimux::vm {
namespace {

// v1's word for no limit is -1.
std::string BytesV1(uint64_t bytes) {
  return bytes == CgroupLimits::kUnlimited ? "-1" : std::to_string(bytes);
}

uint64_t Sum(uint64_t memory, uint64_t swap) {
  return swap > CgroupLimits::kUnlimited - memory ? CgroupLimits::kUnlimited : memory + swap;
}

}  // namespace

std::vector<CgroupSetting> SettingsV1(const CgroupLimits& limits) {
  if (!limits.unified.empty()) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, "set", limits.unified.begin()->first,
                "resources.unified is for cgroup v2, and this node has v1");
  }
  std::vector<CgroupSetting> settings;
  if (limits.cpu_shares) {
    uint64_t shares = std::clamp<uint64_t>(*limits.cpu_shares, 2, 262144);
    settings.push_back({"cpu", "cpu.shares", std::to_string(shares)});
  }
  if (limits.cpu_period) {
    settings.push_back({"cpu", "cpu.cfs_period_us", std::to_string(*limits.cpu_period)});
  }
  if (limits.cpu_quota) {
    settings.push_back({"cpu", "cpu.cfs_quota_us", std::to_string(*limits.cpu_quota)});
  }
  if (limits.cpuset_cpus) settings.push_back({"cpuset", "cpuset.cpus", *limits.cpuset_cpus});
  if (limits.cpuset_mems) settings.push_back({"cpuset", "cpuset.mems", *limits.cpuset_mems});
  if (limits.memory) {
    settings.push_back({"memory", "memory.limit_in_bytes", BytesV1(*limits.memory)});
  }
  if (limits.memory && limits.swap) {
    settings.push_back({"memory", "memory.memsw.limit_in_bytes",
                        BytesV1(Sum(*limits.memory, *limits.swap)), true});
  }
  for (const auto& [size, bytes] : limits.hugepages) {
    settings.push_back({"hugetlb", "hugetlb." + size + ".limit_in_bytes", BytesV1(bytes), true});
  }
  return settings;
}

}  // namespace crimux::vm
