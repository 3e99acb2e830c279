#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "vmruntime/cgroup/settings.h"

namespace crimux::vm {
namespace {

constexpr uint64_t kDefaultPeriod = 100'000;

std::string BytesV2(uint64_t bytes) {
  return bytes == CgroupLimits::kUnlimited ? "max" : std::to_string(bytes);
}

// cpu.max holds both; one alone leaves the other as it is.
std::string CpuMax(const CgroupLimits& limits) {
  bool unlimited = limits.cpu_quota.value_or(-1) < 0;
  std::string quota = unlimited ? "max" : std::to_string(*limits.cpu_quota);
  return fmt::format("{} {}", quota, limits.cpu_period.value_or(kDefaultPeriod));
}

// "memory.high", never "cgroup.procs" or a path.
std::string ControllerOf(const std::string& file) {
  size_t dot = file.find('.');
  bool plain = file.find('/') == std::string::npos && dot != std::string::npos && dot > 0 &&
               dot + 1 < file.size();
  std::string controller = file.substr(0, dot);
  if (!plain || controller == "cgroup") {
    throw Error(grpc::StatusCode::INVALID_ARGUMENT, "set", file,
                "resources.unified names files of controllers, such as memory.high");
  }
  return controller;
}

}  // namespace

uint64_t WeightOfShares(uint64_t shares) {
  shares = std::clamp<uint64_t>(shares, 2, 262144);
  return 1 + (shares - 2) * 9999 / 262142;
}

std::vector<CgroupSetting> SettingsV2(const CgroupLimits& limits) {
  std::vector<CgroupSetting> settings;
  if (limits.cpu_shares) {
    settings.push_back({"cpu", "cpu.weight", std::to_string(WeightOfShares(*limits.cpu_shares))});
  }
  if (limits.cpu_quota) settings.push_back({"cpu", "cpu.max", CpuMax(limits)});
  if (limits.cpuset_cpus) settings.push_back({"cpuset", "cpuset.cpus", *limits.cpuset_cpus});
  if (limits.cpuset_mems) settings.push_back({"cpuset", "cpuset.mems", *limits.cpuset_mems});
  if (limits.memory) settings.push_back({"memory", "memory.max", BytesV2(*limits.memory)});
  if (limits.swap) settings.push_back({"memory", "memory.swap.max", BytesV2(*limits.swap), true});
  for (const auto& [size, bytes] : limits.hugepages) {
    settings.push_back({"hugetlb", "hugetlb." + size + ".max", BytesV2(bytes), true});
  }
  for (const auto& [file, value] : limits.unified) {
    settings.push_back({ControllerOf(file), file, value});
  }
  return settings;
}

}  // namespace crimux::vm
