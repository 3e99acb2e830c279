#include "vmruntime/stats/cpu_rates.h"

namespace crimux::vm {
namespace {

constexpr double kNanoseconds = 1e9;

// A clock that was set back, or an account that began anew, gives no rate.
uint64_t Rate(uint64_t used, int64_t window) {
  if (window <= 0) return 0;
  return static_cast<uint64_t>(static_cast<double>(used) * kNanoseconds /
                               static_cast<double>(window));
}

}  // namespace

uint64_t CpuRates::NanoCores(const std::string& id, uint64_t cpu, int64_t time, int64_t started) {
  std::lock_guard lock(mutex_);
  Forget(time);
  auto [found, is_first] = looks_.try_emplace(id, Look{.cpu = 0, .time = started});
  Look& last = found->second;
  bool set_back = time < last.time;
  if (!is_first && !set_back && time - last.time < kLeastWindow) return last.rate;
  uint64_t used = cpu >= last.cpu ? cpu - last.cpu : 0;
  last = {.cpu = cpu, .time = time, .rate = Rate(used, time - last.time)};
  return last.rate;
}

void CpuRates::Forget(int64_t time) {
  if (time >= swept_ && time - swept_ < kForgotten) return;
  swept_ = time;
  std::erase_if(looks_, [&](const auto& look) { return time - look.second.time > kForgotten; });
}

}  // namespace crimux::vm
