#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace crimux::vm {

enum class FetchPhase { kFetching, kUnpacking, kChecking, kConverting };

// "fetching", ...
std::string_view NameOf(FetchPhase phase);

// How far something is at one moment, in its present phase.
struct ProgressReport {
  FetchPhase phase = FetchPhase::kFetching;
  uint64_t bytes = 0;
  // Absent when nobody knows.
  std::optional<uint64_t> total;
  // Bytes in a second, of the last few seconds.
  double rate = 0;
};

// How far the way of an image into the store is: told by those who work on it, now and then told to
// the log, and at any time to who asks. Any thread.
class Progress {
 public:
  // `shown` names it in the log, every `interval`.
  Progress(std::string shown, std::chrono::milliseconds interval)
      : shown_(std::move(shown)), interval_(interval) {}

  // Counts from zero again.
  void Begin(FetchPhase phase);
  // Of the phase; `total`: absent when nobody knows. Cheap.
  void At(uint64_t bytes, std::optional<uint64_t> total);
  ProgressReport Report() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Mark {
    Clock::time_point time = Clock::now();
    uint64_t bytes = 0;
  };

  void Log() const;
  double Rate(Clock::time_point now) const;

  const std::string shown_;
  const std::chrono::milliseconds interval_;
  mutable std::mutex mutex_;  // over all below
  ProgressReport report_;
  // Two moments of the last seconds, to tell the rate from.
  Mark older_;
  Mark newer_;
  Clock::time_point logged_ = Clock::now();
};

}  // namespace crimux::vm
