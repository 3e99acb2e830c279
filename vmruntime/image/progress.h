#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace crimux::vm {

// Tells the log how far a fetch is, now and then.
class Progress {
 public:
  Progress(std::string shown, std::chrono::milliseconds interval)
      : shown_(std::move(shown)), interval_(interval) {}

  // `total`: absent when nobody knows. Cheap.
  void At(uint64_t size, std::optional<uint64_t> total);

 private:
  using Clock = std::chrono::steady_clock;

  const std::string shown_;
  const std::chrono::milliseconds interval_;
  Clock::time_point last_ = Clock::now();
};

}  // namespace crimux::vm
