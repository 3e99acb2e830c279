#include "vmruntime/fetch/progress.h"

#include <spdlog/spdlog.h>

namespace crimux::vm {
namespace {

constexpr std::chrono::seconds kRateWindow{2};

}  // namespace

std::string_view NameOf(FetchPhase phase) {
  switch (phase) {
    case FetchPhase::kFetching:
      return "fetching";
    case FetchPhase::kUnpacking:
      return "unpacking";
    case FetchPhase::kChecking:
      return "checking";
    case FetchPhase::kConverting:
      break;
  }
  return "converting";
}

void Progress::Begin(FetchPhase phase) {
  std::scoped_lock lock(mutex_);
  report_ = {.phase = phase};
  older_ = newer_ = {};
}

void Progress::At(uint64_t bytes, std::optional<uint64_t> total) {
  Clock::time_point now = Clock::now();
  std::scoped_lock lock(mutex_);
  // What starts over has no rate yet.
  if (bytes < report_.bytes) older_ = newer_ = {.time = now, .bytes = bytes};
  report_.bytes = bytes;
  report_.total = total;
  if (now - newer_.time >= kRateWindow) {
    older_ = newer_;
    newer_ = {.time = now, .bytes = bytes};
  }
  if (now - logged_ < interval_) return;
  logged_ = now;
  Log();
}

void Progress::Log() const {
  constexpr double kMebi = 1 << 20;
  double done = static_cast<double>(report_.bytes);
  std::string_view phase = NameOf(report_.phase);
  if (report_.total && *report_.total > 0) {
    double total = static_cast<double>(*report_.total);
    spdlog::info("images: {} {}: {:.0f} of {:.0f} MiB ({:.0f} %)", phase, shown_, done / kMebi,
                 total / kMebi, 100 * done / total);
  } else {
    spdlog::info("images: {} {}: {:.0f} MiB", phase, shown_, done / kMebi);
  }
}

double Progress::Rate(Clock::time_point now) const {
  std::chrono::duration<double> time = now - older_.time;
  if (time.count() <= 0 || report_.bytes < older_.bytes) return 0;
  return static_cast<double>(report_.bytes - older_.bytes) / time.count();
}

ProgressReport Progress::Report() const {
  std::scoped_lock lock(mutex_);
  ProgressReport report = report_;
  report.rate = Rate(Clock::now());
  return report;
}

}  // namespace crimux::vm
