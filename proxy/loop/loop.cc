#include "proxy/loop/loop.h"

#include <spdlog/spdlog.h>

#include <utility>

#include <boost/asio/post.hpp>

#include "base/error.h"

namespace crimux::proxy {

void LogStrayException() {
  spdlog::error("front thread: {}", CurrentExceptionStatus().error_message());
}

void Loop::Run() {
  while (IsOpen()) {
    try {
      context_.run();
    } catch (...) {
      LogStrayException();
    }
  }
  // Who waits for one of them learns that it won't run.
  std::vector<std::function<void()>> dropped;
  std::lock_guard lock(mutex_);
  dropped.swap(tasks_);
}

void Loop::Post(std::function<void()> task) {
  std::lock_guard lock(mutex_);
  if (!open_) return;
  tasks_.push_back(std::move(task));
  if (tasks_.size() == 1) boost::asio::post(context_, [this] { RunTasks(); });
}

void Loop::RunTasks() {
  std::vector<std::function<void()>> tasks;
  {
    std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
  }
  for (auto& task : tasks) {
    try {
      task();
    } catch (...) {
      LogStrayException();
    }
  }
}

void Loop::Shutdown() {
  {
    std::lock_guard lock(mutex_);
    open_ = false;
  }
  context_.stop();
}

bool Loop::IsOpen() {
  std::lock_guard lock(mutex_);
  return open_;
}

}  // namespace crimux::proxy
