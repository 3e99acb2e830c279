#include "proxy/loop/loop.h"

#include <spdlog/spdlog.h>

#include <chrono>

#include "base/error.h"

namespace crimux::proxy {

Loop::~Loop() {
  if (IsOpen()) Shutdown();
  Run();
}

void Loop::Run() {
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
    try {
      static_cast<Tag*>(tag)->Done(ok);
    } catch (...) {
      spdlog::error("front thread: {}", CurrentExceptionStatus().error_message());
    }
  }
}

void Loop::Post(std::function<void()> task) {
  std::lock_guard lock(mutex_);
  if (!open_) return;
  tasks_.push_back(std::move(task));
  if (wake_pending_) return;
  wake_pending_ = true;
  // Long past, so that it fires at once: gRPC rounds "now" up to its next millisecond tick.
  wake_.Set(&queue_, std::chrono::system_clock::time_point(), static_cast<Tag*>(this));
}

void Loop::Done(bool /*ok*/) {
  std::vector<std::function<void()>> tasks;
  {
    std::lock_guard lock(mutex_);
    wake_pending_ = false;
    tasks.swap(tasks_);
  }
  for (auto& task : tasks) {
    try {
      task();
    } catch (...) {
      spdlog::error("front thread task: {}", CurrentExceptionStatus().error_message());
    }
  }
}

void Loop::Shutdown() {
  {
    std::lock_guard lock(mutex_);
    open_ = false;
  }
  queue_.Shutdown();
}

bool Loop::IsOpen() {
  std::lock_guard lock(mutex_);
  return open_;
}

}  // namespace crimux::proxy
