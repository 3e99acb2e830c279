#include "proxy/front/call_stats.h"

#include <algorithm>

namespace crimux::proxy {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::array<CallStats::Duration, 17> kTheBounds = {
    microseconds(100), microseconds(500), milliseconds(1),    microseconds(2500), milliseconds(5),
    milliseconds(10),  milliseconds(25),  milliseconds(50),   milliseconds(100),  milliseconds(250),
    milliseconds(500), seconds(1),        milliseconds(2500), seconds(5),         seconds(10),
    seconds(30),       seconds(120)};

}  // namespace

std::span<const CallStats::Duration> CallStats::Bounds() { return kTheBounds; }

void CallStats::Add(grpc::StatusCode code, Duration duration, Moment now) {
  static_assert(kTheBounds.size() == kBounds);
  auto index = static_cast<size_t>(code);
  ++codes_[index < kCodes ? index : static_cast<size_t>(grpc::StatusCode::UNKNOWN)];
  auto bound = std::lower_bound(kTheBounds.begin(), kTheBounds.end(), duration);
  ++buckets_[static_cast<size_t>(bound - kTheBounds.begin())];
  ++calls_;
  total_ += duration;
  longest_ = std::max(longest_, duration);
  last_ = now;
}

CallStats::Duration CallStats::Quantile(double q) const {
  double wanted = q * static_cast<double>(calls_);
  double below = 0;
  for (size_t i = 0; i < kBounds; ++i) {
    auto here = static_cast<double>(buckets_[i]);
    if (here > 0 && below + here >= wanted) {
      Duration lower = i == 0 ? Duration(0) : kTheBounds[i - 1];
      Duration width = kTheBounds[i] - lower;
      auto part =
          static_cast<Duration::rep>((wanted - below) / here * static_cast<double>(width.count()));
      return std::min(lower + Duration(part), longest_);
    }
    below += here;
  }
  return longest_;
}

}  // namespace crimux::proxy
