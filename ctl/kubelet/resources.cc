#include "ctl/kubelet/resources.h"

#include <algorithm>

namespace crimux::ctl {
namespace {

// Microseconds.
constexpr int64_t kQuotaPeriod = 100'000;
constexpr int64_t kSmallestQuota = 1000;
constexpr int64_t kSmallestShares = 2;
constexpr int64_t kLargestShares = 262'144;

constexpr int64_t kGuaranteedOomScore = -997;
constexpr int64_t kBestEffortOomScore = 1000;

enum class QosClass { kBestEffort, kBurstable, kGuaranteed };

int64_t Shares(int64_t milli_cpu) {
  return std::clamp(milli_cpu * 1024 / 1000, kSmallestShares, kLargestShares);
}

int64_t Quota(int64_t milli_cpu) {
  if (milli_cpu == 0) return 0;
  return std::max(milli_cpu * kQuotaPeriod / 1000, kSmallestQuota);
}

bool IsGuaranteed(std::optional<int64_t> limit, std::optional<int64_t> request) {
  return limit.value_or(0) > 0 && limit == request;
}

QosClass ClassOf(const Pod& pod) {
  bool asks = false;
  bool guaranteed = true;
  for (const Container& container : pod.containers) {
    const auto& [limits, requests] = container.resources;
    for (auto amount : {limits.cpu, limits.memory, requests.cpu, requests.memory}) {
      asks = asks || amount.value_or(0) > 0;
    }
    guaranteed = guaranteed && IsGuaranteed(limits.cpu, requests.cpu) &&
                 IsGuaranteed(limits.memory, requests.memory);
  }
  if (!asks) return QosClass::kBestEffort;
  return guaranteed ? QosClass::kGuaranteed : QosClass::kBurstable;
}

// The more of the node a burstable container asks for, the later it is killed.
int64_t OomScore(const Pod& pod, const Container& container, int64_t memory_capacity) {
  QosClass qos = ClassOf(pod);
  if (qos == QosClass::kGuaranteed) return kGuaranteedOomScore;
  if (qos == QosClass::kBestEffort || memory_capacity <= 0) return kBestEffortOomScore;
  double share = static_cast<double>(container.resources.requests.memory.value_or(0)) /
                 static_cast<double>(memory_capacity);
  auto score = static_cast<int64_t>(1000 - 1000 * share);
  return std::clamp(score, 1000 + kGuaranteedOomScore, kBestEffortOomScore - 1);
}

}  // namespace

runtime::v1::LinuxContainerResources ToLinuxResources(const Pod& pod, const Container& container,
                                                      int64_t memory_capacity) {
  const auto& [limits, requests] = container.resources;
  runtime::v1::LinuxContainerResources linux_resources;
  linux_resources.set_cpu_shares(Shares(requests.cpu.value_or(0)));
  linux_resources.set_cpu_period(kQuotaPeriod);
  linux_resources.set_cpu_quota(Quota(limits.cpu.value_or(0)));
  linux_resources.set_memory_limit_in_bytes(limits.memory.value_or(0));
  linux_resources.set_oom_score_adj(OomScore(pod, container, memory_capacity));
  return linux_resources;
}

}  // namespace crimux::ctl
