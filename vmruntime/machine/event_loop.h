#pragma once

#include <atomic>
#include <thread>

namespace crimux::vm {

// The thread on which libvirt's default event loop runs. libvirt refuses to open an embedded driver
// without an event loop, and delivers events, monitor replies and time-outs on it, so this must
// outlive every connection. libvirt has one loop per process: a second EventLoop at the same time
// is an error (FAILED_PRECONDITION); one after the other is fine.
class EventLoop {
 public:
  EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  // Stops the loop and waits for the callback in progress. Not to be called on the loop's thread.
  ~EventLoop();

 private:
  void Run();

  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace crimux::vm
