#pragma once

#include <functional>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

namespace crimux {

// One thread that runs an io_context. What is declared after it and used on it is destroyed before
// it; so Stop comes first in the owner's destructor.
class IoThread {
 public:
  IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;
  ~IoThread();

  boost::asio::io_context& context() { return context_; }
  // Runs `work` on the thread, waits, and rethrows what it throws. Not from the thread itself, nor
  // after Stop.
  void Call(const std::function<void()>& work);
  // Nothing runs on the thread after this. May be repeated.
  void Stop();

 private:
  void Run();

  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

}  // namespace crimux
