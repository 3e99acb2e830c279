#pragma once

#include <chrono>
#include <list>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

// How coroutines of one io thread wait for each other.
namespace crimux {

// What runs on an io thread, which it must not block. Whoever waits may be cancelled: the wait then
// throws boost::system::system_error (operation_aborted).
template <typename T>
using Awaitable = boost::asio::awaitable<T>;

// Wakes those who wait; they look at what they wait for themselves:
//   while (!ready) co_await signal.Wait();
class Signal {
 public:
  explicit Signal(const boost::asio::any_io_executor& executor)
      : timer_(executor, boost::asio::steady_timer::time_point::max()) {}

  Awaitable<void> Wait();
  void Notify() { timer_.cancel(); }

 private:
  boost::asio::steady_timer timer_;
};

Awaitable<void> Sleep(std::chrono::milliseconds time);

// Runs both until one of them ends, cancels the other and waits for it; throws what the first
// threw.
Awaitable<void> Race(Awaitable<void> a, Awaitable<void> b);
// Runs both to their ends. If one throws, the other is cancelled, and that is thrown.
Awaitable<void> Both(Awaitable<void> a, Awaitable<void> b);

// Tasks that come and go. What one of them throws is its own affair.
class TaskGroup {
 public:
  explicit TaskGroup(const boost::asio::any_io_executor& executor)
      : executor_(executor), ended_(executor) {}

  void Start(Awaitable<void> task);
  // Runs `work`, which may start tasks, to its end; then cancels the tasks that are left and waits
  // for them. Throws what `work` throws. To be called by a coroutine that nobody cancels.
  Awaitable<void> During(Awaitable<void> work);
  // Until none is left.
  Awaitable<void> Wait();
  size_t size() const { return tasks_.size(); }

 private:
  void Cancel();

  boost::asio::any_io_executor executor_;
  Signal ended_;
  std::list<boost::asio::cancellation_signal> tasks_;
};

}  // namespace crimux
