#pragma once

#include <functional>
#include <thread>

#include "base/fd.h"

namespace crimux {

// Blocks SIGTERM, SIGINT and SIGHUP in this thread and those that it will start, so that only
// SignalThread gets them; ignores SIGPIPE. To be called before the first thread is there.
void BlockSignals();

// Calls back for each signal on a thread of its own, where, unlike in a signal handler, anything
// may be done. The callbacks must not throw. The destructor ends the thread.
class SignalThread {
 public:
  struct Callbacks {
    // SIGTERM or SIGINT. Comes again when the signal does.
    std::function<void()> stop;
    // SIGHUP.
    std::function<void()> reload;
  };

  // BlockSignals has been called.
  explicit SignalThread(Callbacks callbacks);
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;
  ~SignalThread();

 private:
  void Run();
  void Deliver();

  Callbacks callbacks_;
  UniqueFd signals_;
  UniqueFd quit_;
  std::thread thread_;
};

}  // namespace crimux
