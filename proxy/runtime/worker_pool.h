#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace crimux::proxy {

// Threads for calls that block. There are as many as there are calls at work, up to the limit, so a
// slow call never keeps a quick one waiting; idle threads end after a while. Jobs over the limit
// wait for a thread.
class WorkerPool {
 public:
  explicit WorkerPool(size_t limit = 256,
                      std::chrono::milliseconds idle = std::chrono::seconds(30));
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  // Waits for jobs at work; those that wait are dropped.
  ~WorkerPool();

  // Any thread. A job must not throw.
  void Run(std::function<void()> job);

  size_t ThreadCount();

 private:
  using Threads = std::list<std::thread>;

  void Work(Threads::iterator self);
  void JoinEnded(std::unique_lock<std::mutex>& lock);

  const size_t limit_;
  const std::chrono::milliseconds idle_limit_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  Threads threads_;
  Threads ended_;
  size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace crimux::proxy
