#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "proxy/loop/loop.h"

namespace crimux::proxy {

// Calls a function on the front thread once, at a time; never after its destruction. Front thread.
class Timer {
 public:
  Timer() = default;
  Timer(Loop& loop, std::chrono::system_clock::time_point when, std::function<void()> expired);
  Timer(Timer&& other) noexcept = default;
  Timer& operator=(Timer&& other) noexcept;
  ~Timer() { Cancel(); }

  void Cancel();

 private:
  struct Pending;
  std::shared_ptr<Pending> pending_;
};

}  // namespace crimux::proxy
