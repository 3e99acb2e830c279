#include "proxy/runtime/worker_pool.h"

namespace crimux::proxy {

WorkerPool::WorkerPool(size_t limit, std::chrono::milliseconds idle)
    : limit_(limit), idle_limit_(idle) {}

WorkerPool::~WorkerPool() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  jobs_.clear();
  changed_.notify_all();
  changed_.wait(lock, [this] { return threads_.empty(); });
  JoinEnded(lock);
}

void WorkerPool::Run(std::function<void()> job) {
  std::unique_lock lock(mutex_);
  if (stopping_) return;
  jobs_.push_back(std::move(job));
  if (jobs_.size() > idle_ && threads_.size() < limit_) {
    threads_.emplace_back();
    auto self = std::prev(threads_.end());
    *self = std::thread([this, self] { Work(self); });
  } else {
    changed_.notify_one();
  }
  JoinEnded(lock);
}

size_t WorkerPool::ThreadCount() {
  std::lock_guard lock(mutex_);
  return threads_.size();
}

void WorkerPool::Work(Threads::iterator self) {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (jobs_.empty()) {
      ++idle_;
      changed_.wait_for(lock, idle_limit_, [this] { return stopping_ || !jobs_.empty(); });
      --idle_;
      if (jobs_.empty()) break;
    }
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
  }
  ended_.splice(ended_.end(), threads_, self);
  changed_.notify_all();
}

void WorkerPool::JoinEnded(std::unique_lock<std::mutex>& lock) {
  Threads ended;
  ended.swap(ended_);
  lock.unlock();
  for (std::thread& thread : ended) thread.join();
  lock.lock();
}

}  // namespace crimux::proxy
