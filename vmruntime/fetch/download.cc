#include "vmruntime/fetch/download.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "base/error.h"
#include "vmruntime/fetch/attempt.h"
#include "vmruntime/fetch/download_error.h"

namespace crimux::vm {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kLongestWait{60'000};
constexpr int kFirstRetries = 2;

// The attempts at one download.
class Attempts {
 public:
  Attempts(const DownloadSpec& spec, FetchFile& file, Progress& progress, std::stop_token stop)
      : spec_(spec), file_(file), stop_(std::move(stop)), progress_(progress) {}

  void Run() {
    for (;;) {
      Attempt attempt(spec_, file_, version_, progress_);
      std::optional<AttemptFailure> failure = attempt.Run(TimeLeft(), stop_);
      if (!failure) return;
      milliseconds wait = NextWait(*failure);
      spdlog::warn("images: {}; trying again in {:.1f} s, from byte {}", failure->error.what(),
                   std::chrono::duration<double>(wait).count(), ResumesAt());
      Sleep(wait);
    }
  }

 private:
  uint64_t ResumesAt() const { return version_.validator.empty() ? 0 : file_.size(); }

  // Zero: no bound.
  milliseconds TimeLeft() const {
    milliseconds bound = spec_.transport.timeout;
    if (bound.count() == 0) return bound;
    auto spent = std::chrono::duration_cast<milliseconds>(Clock::now() - start_);
    return std::max(bound - spent, milliseconds{1});
  }

  // A server that never sent anything may well not be there at all.
  int Retries() const {
    int retries = spec_.transport.retries;
    return farthest_ == 0 ? std::min(retries, kFirstRetries) : retries;
  }

  // Throws the failure when it is final. Attempts that bring the file farther than it ever was are
  // not counted.
  milliseconds NextWait(const AttemptFailure& failure) {
    bool farther = file_.size() > farthest_;
    farthest_ = std::max(farthest_, file_.size());
    failures_ = farther ? 1 : failures_ + 1;
    if (!failure.may_pass || failures_ > Retries()) throw failure.error;
    milliseconds wait = spec_.retry_delay * (1LL << std::min(failures_ - 1, 16));
    wait = std::min(std::max<milliseconds>(wait, failure.wait), kLongestWait);
    if (spec_.transport.timeout.count() != 0 && wait >= TimeLeft()) throw failure.error;
    return wait;
  }

  void Sleep(milliseconds wait) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop_, wait, [] { return false; });
    if (stop_.stop_requested()) {
      throw DownloadError(grpc::StatusCode::CANCELLED, spec_.shown_url, "cancelled");
    }
  }

  const DownloadSpec& spec_;
  FetchFile& file_;
  const std::stop_token stop_;
  Progress& progress_;
  FileVersion version_;
  const Clock::time_point start_ = Clock::now();
  int failures_ = 0;
  uint64_t farthest_ = 0;
};

}  // namespace

DownloadResult Download(const DownloadSpec& spec, Progress& progress, std::stop_token stop) {
  FetchFile file({.operation = "download",
                  .shown = spec.shown_url,
                  .file = spec.file,
                  .size_limit = spec.size_limit,
                  .expected_size = spec.expected_size});
  Attempts(spec, file, progress, std::move(stop)).Run();
  return file.Finish();
}

}  // namespace crimux::vm
