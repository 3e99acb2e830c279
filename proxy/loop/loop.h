#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

namespace crimux::proxy {

// Logs the exception in flight, which ends what threw it and nothing else. In a catch block.
void LogStrayException();

// The front thread's event loop, which the server and all clients share so that no call hops
// threads. All that happens in proxy/ happens inside Run, unless it says so. What uses it is
// destroyed before it.
class Loop final {
 public:
  Loop() : work_(context_.get_executor()) {}
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // For sockets and timers. Front thread.
  boost::asio::io_context& context() { return context_; }

  // Serves until Shutdown. An exception that escapes a task or handler is logged.
  void Run();

  // Runs the task on the front thread, soon. Any thread. After Shutdown the task is dropped.
  void Post(std::function<void()> task);

  // Ends Run after what it is at. Tasks that wait are dropped. Any thread, any number of times.
  void Shutdown();

  // False once Shutdown was called. Any thread.
  bool IsOpen();

 private:
  void RunTasks();

  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::mutex mutex_;  // guards all below
  std::vector<std::function<void()>> tasks_;
  bool open_ = true;
};

}  // namespace crimux::proxy
