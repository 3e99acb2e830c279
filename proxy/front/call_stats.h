#pragma once

#include <grpcpp/support/status.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <span>

namespace crimux::proxy {

// What is known of the finished calls of one method to one runtime: how many by code, and how long
// they took. Adding one costs a few nanoseconds.
class CallStats {
 public:
  using Moment = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::nanoseconds;

  // Upper bounds of the buckets, rising; one more bucket is for what is longer.
  static std::span<const Duration> Bounds();

  void Add(grpc::StatusCode code, Duration duration, Moment now);

  uint64_t calls() const { return calls_; }
  uint64_t Count(grpc::StatusCode code) const { return codes_[static_cast<size_t>(code)]; }
  Duration total() const { return total_; }
  Duration longest() const { return longest_; }
  // When the last one ended.
  Moment last() const { return last_; }
  // How many took no longer than each of Bounds(), not cumulated, then the rest.
  std::span<const uint64_t> buckets() const { return buckets_; }
  // The duration that the share `q` of the calls (0 to 1) did not exceed, estimated from the
  // buckets as PromQL's histogram_quantile does; zero without calls.
  Duration Quantile(double q) const;

 private:
  static constexpr size_t kBounds = 17;
  // Codes are 0 to 16; whatever else a runtime sends is Unknown.
  static constexpr size_t kCodes = 17;

  uint64_t calls_ = 0;
  std::array<uint64_t, kCodes> codes_{};
  std::array<uint64_t, kBounds + 1> buckets_{};
  Duration total_{0};
  Duration longest_{0};
  Moment last_{};
};

}  // namespace crimux::proxy
