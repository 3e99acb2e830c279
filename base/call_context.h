#pragma once

#include <chrono>
#include <stop_token>

namespace crimux {

// What a handler of one call may need to know of its caller.
struct CallContext {
  // When the caller stops waiting; time_point::max() without a deadline.
  std::chrono::system_clock::time_point deadline = std::chrono::system_clock::time_point::max();
  // Stops when the caller has gone or its deadline has passed.
  std::stop_token cancelled;
};

}  // namespace crimux
