#include "proxy/loop/timer.h"

#include <grpcpp/alarm.h>

namespace crimux::proxy {

// Lives until the queue has handed it back, also when its Timer is gone before.
struct Timer::Pending final : Tag {
  explicit Pending(Timer* timer, std::function<void()> function)
      : owner(timer), expired(std::move(function)) {}

  void Done(bool ok) override {
    if (owner != nullptr) owner->pending_ = nullptr;
    auto function = std::move(expired);
    bool wanted = owner != nullptr && ok;
    delete this;
    if (wanted) function();
  }

  Timer* owner;
  std::function<void()> expired;
  grpc::Alarm alarm;
};

Timer::Timer(Loop& loop, std::chrono::system_clock::time_point when,
             std::function<void()> expired) {
  if (!loop.IsOpen()) return;
  pending_ = new Pending(this, std::move(expired));
  pending_->alarm.Set(loop.queue(), when, static_cast<Tag*>(pending_));
}

Timer::Timer(Timer&& other) noexcept : pending_(std::exchange(other.pending_, nullptr)) {
  if (pending_ != nullptr) pending_->owner = this;
}

Timer& Timer::operator=(Timer&& other) noexcept {
  if (this == &other) return *this;
  Cancel();
  pending_ = std::exchange(other.pending_, nullptr);
  if (pending_ != nullptr) pending_->owner = this;
  return *this;
}

void Timer::Cancel() {
  if (pending_ == nullptr) return;
  Pending* pending = std::exchange(pending_, nullptr);
  pending->owner = nullptr;
  pending->alarm.Cancel();
}

}  // namespace crimux::proxy
