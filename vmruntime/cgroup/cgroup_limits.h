#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace crimux::vm {

// What a cgroup allows. What is not said is left as it is.
struct CgroupLimits {
  static constexpr uint64_t kUnlimited = UINT64_MAX;

  // In the kernel's first words for it, 2 to 262144; cgroup v2 has a weight instead.
  std::optional<uint64_t> cpu_shares;
  // Microseconds of CPU time in each period, of all processors; -1: no limit.
  std::optional<int64_t> cpu_quota;
  std::optional<uint64_t> cpu_period;
  // Lists as "0-2,5".
  std::optional<std::string> cpuset_cpus;
  std::optional<std::string> cpuset_mems;
  // Bytes.
  std::optional<uint64_t> memory;
  // Bytes beside `memory`; passed over where the kernel counts no swap.
  std::optional<uint64_t> swap;
  // Bytes by page size ("2MB"); passed over where the kernel doesn't count them.
  std::map<std::string, uint64_t> hugepages;
  // Files of cgroup v2 and their values, as they stand in the CRI's `unified`.
  std::map<std::string, std::string> unified;

  bool operator==(const CgroupLimits&) const = default;
};

}  // namespace crimux::vm
