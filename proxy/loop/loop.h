#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "proxy/loop/tag.h"

namespace crimux::proxy {

// The front thread's event loop: one completion queue, which the server and all clients share so
// that no call hops threads. All that happens in proxy/ happens inside Run, unless it says so.
class Loop final : private Tag {
 public:
  explicit Loop(std::unique_ptr<grpc::CompletionQueue> queue) : queue_(std::move(queue)) {}
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  grpc::CompletionQueue* queue() { return queue_.get(); }

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

  std::unique_ptr<grpc::CompletionQueue> queue_;
  std::mutex mutex_;  // guards all below
  std::vector<std::function<void()>> tasks_;
  // Wakes the queue for tasks_; in flight while wake_pending_.
  grpc::Alarm wake_;
  bool wake_pending_ = false;
  bool open_ = true;
};

}  // namespace crimux::proxy
