#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>

#include <functional>
#include <mutex>
#include <vector>

#include "proxy/loop/tag.h"

namespace crimux::proxy {

// The front thread's event loop: one completion queue, which the server and all clients share so
// that no call hops threads. All that happens in proxy/ happens inside Run, unless it says so.
class Loop final : private Tag {
 public:
  // The queue must outlive it.
  explicit Loop(grpc::CompletionQueue& queue) : queue_(queue) {}
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  // Waits for operations in flight, if Run didn't.
  ~Loop();

  grpc::CompletionQueue* queue() { return &queue_; }

  // Serves the queue until it is shut down and empty. An exception that escapes a task or tag is
  // logged.
  void Run();

  // Runs the task on the front thread, soon. Any thread. After Shutdown the task is dropped.
  void Post(std::function<void()> task);

  // No operation may be started on the queue from here on; those in flight end Run when they end.
  // Any thread, once.
  void Shutdown();

  // False once Shutdown was called. Front thread: stays valid until the current task returns when
  // Shutdown is called from the front thread only.
  bool IsOpen();

 private:
  void Done(bool ok) override;

  grpc::CompletionQueue& queue_;
  std::mutex mutex_;  // guards all below
  std::vector<std::function<void()>> tasks_;
  // Wakes the queue for tasks_; in flight while wake_pending_.
  grpc::Alarm wake_;
  bool wake_pending_ = false;
  bool open_ = true;
};

}  // namespace crimux::proxy
