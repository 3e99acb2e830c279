#include "proxy/front/call_rings.h"

#include <algorithm>

namespace crimux::proxy {

std::vector<FinishedCall> SlowestCalls::List(std::chrono::steady_clock::time_point now) const {
  std::vector<FinishedCall> young = calls_;
  std::erase_if(young, [&](const FinishedCall& call) { return call.ended + memory_ <= now; });
  return young;
}

void SlowestCalls::Take(const FinishedCall& call) {
  calls_ = List(call.ended);
  auto at = std::upper_bound(
      calls_.begin(), calls_.end(), call,
      [](const FinishedCall& a, const FinishedCall& b) { return a.duration > b.duration; });
  calls_.insert(at, call);
  if (calls_.size() > most_) calls_.pop_back();
  floor_ = calls_.size() < most_ ? std::chrono::nanoseconds(-1) : calls_.back().duration;
  auto oldest = std::min_element(
      calls_.begin(), calls_.end(),
      [](const FinishedCall& a, const FinishedCall& b) { return a.ended < b.ended; });
  next_expiry_ = oldest->ended + memory_;
}

}  // namespace crimux::proxy
