#include "proxy/runtime/call_stop.h"

#include <utility>

namespace crimux::proxy {

CallStop::CallStop(Loop& loop, const std::stop_token& closing, Deadline deadline,
                   std::function<void()> expired)
    : on_closing_(closing, [stop = stop_]() mutable { stop.request_stop(); }) {
  if (deadline == Deadline::max()) return;
  expiry_ = Timer(loop, deadline, [stop = stop_, expired = std::move(expired)]() mutable {
    stop.request_stop();
    expired();
  });
}

}  // namespace crimux::proxy
