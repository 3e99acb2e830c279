#pragma once

#include <functional>

namespace crimux {

// Runs `work` on a thread of its own, waits, and rethrows what it throws. For work that changes its
// thread for good: one that has entered a namespace must not serve anything else.
void RunOnFreshThread(const std::function<void()>& work);

}  // namespace crimux
