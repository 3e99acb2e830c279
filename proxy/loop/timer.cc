#include "proxy/loop/timer.h"

#include <algorithm>

#include <boost/asio/steady_timer.hpp>

namespace crimux::proxy {
namespace {

using std::chrono::steady_clock;
using std::chrono::system_clock;

// What is further away is never. A point in time far enough can't be told by the clock.
constexpr std::chrono::hours kFarAway{24 * 365};

steady_clock::time_point ToSteady(system_clock::time_point when) {
  auto now = system_clock::now();
  if (when <= now) return steady_clock::now();
  return steady_clock::now() + std::min<system_clock::duration>(when - now, kFarAway);
}

}  // namespace

// Lives until the loop has handed it back, also when its Timer is gone before.
struct Timer::Pending {
  Pending(Loop& loop, system_clock::time_point when, std::function<void()> function)
      : timer(loop.context(), ToSteady(when)), expired(std::move(function)) {}

  boost::asio::steady_timer timer;
  // Empty once nobody wants it.
  std::function<void()> expired;
};

Timer::Timer(Loop& loop, system_clock::time_point when, std::function<void()> expired) {
  if (!loop.IsOpen()) return;
  pending_ = std::make_shared<Pending>(loop, when, std::move(expired));
  pending_->timer.async_wait([pending = pending_](const boost::system::error_code& error) {
    auto function = std::exchange(pending->expired, nullptr);
    if (!error && function) function();
  });
}

Timer& Timer::operator=(Timer&& other) noexcept {
  if (this == &other) return *this;
  Cancel();
  pending_ = std::move(other.pending_);
  return *this;
}

void Timer::Cancel() {
  if (pending_ == nullptr) return;
  auto pending = std::exchange(pending_, nullptr);
  pending->timer.cancel();
  pending->expired = nullptr;
}

}  // namespace crimux::proxy
