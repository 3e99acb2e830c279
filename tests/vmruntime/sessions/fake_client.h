#pragma once

#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "base/io/io_thread.h"
#include "vmruntime/streaming/handlers.h"
#include "vmruntime/streaming/pipe.h"

namespace crimux::vm {

// What a client is sent. Waited for on another thread.
class Received final : public streaming::OutputStream {
 public:
  Awaitable<void> Write(std::string bytes) override {
    std::lock_guard lock(mutex_);
    bytes_ += bytes;
    changed_.notify_all();
    co_return;
  }
  Awaitable<void> Close() override {
    std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
    co_return;
  }

  // All so far, once it holds `text`.
  std::string WaitFor(const std::string& text) {
    return WaitUntil([&] { return bytes_.find(text) != std::string::npos; });
  }
  std::string WaitForClose() {
    return WaitUntil([&] { return closed_; });
  }

 private:
  std::string WaitUntil(const std::function<bool()>& condition) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(60), condition)) {
      throw std::runtime_error("only this came: " + bytes_);
    }
    return bytes_;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string bytes_;
  bool closed_ = false;
};

// Runs a session on an io thread.
class Session {
 public:
  Session(IoThread& io, Awaitable<void> work)
      : done_(boost::asio::co_spawn(io.context(), std::move(work), boost::asio::use_future)) {}

  // Throws what the session throws.
  void WaitForEnd() {
    if (done_.wait_for(std::chrono::seconds(60)) != std::future_status::ready) {
      throw std::runtime_error("the session doesn't end");
    }
    done_.get();
  }
  bool HasEnded() { return done_.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }

 private:
  std::future<void> done_;
};

}  // namespace crimux::vm
