#pragma once

#include <functional>
#include <stop_token>

#include "proxy/loop/timer.h"
#include "proxy/runtime/runtime.h"

namespace crimux::proxy {

// Tells the handler of one call to stop: when this is destroyed as nobody waits any more, when the
// deadline passes, when the runtime closes. Front thread; the token is for any.
class CallStop {
 public:
  // `expired` is called at the deadline, after the stop; it may destroy this.
  CallStop(Loop& loop, const std::stop_token& closing, Deadline deadline,
           std::function<void()> expired);
  CallStop(const CallStop&) = delete;
  CallStop& operator=(const CallStop&) = delete;
  ~CallStop() { stop_.request_stop(); }

  // There is an answer; the deadline means nothing any more.
  void Settle() { expiry_.Cancel(); }

  std::stop_token token() const { return stop_.get_token(); }

 private:
  std::stop_source stop_;
  Timer expiry_;
  std::stop_callback<std::function<void()>> on_closing_;
};

}  // namespace crimux::proxy
