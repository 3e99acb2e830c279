#include "base/io/waiting.h"

#include <exception>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace crimux {
namespace {

namespace asio = boost::asio;

// The exception of the one that ended first comes first.
template <typename Condition>
Awaitable<void> Together(Awaitable<void> a, Awaitable<void> b, Condition condition) {
  auto executor = co_await asio::this_coro::executor;
  auto group = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, std::move(a), asio::deferred),
      asio::co_spawn(executor, std::move(b), asio::deferred));
  auto [order, of_a, of_b] = co_await group.async_wait(condition, asio::use_awaitable);
  std::exception_ptr first = order[0] == 0 ? of_a : of_b;
  std::exception_ptr second = order[0] == 0 ? of_b : of_a;
  if (first) std::rethrow_exception(first);
  bool is_race = std::is_same_v<Condition, asio::experimental::wait_for_one>;
  if (second && !is_race) std::rethrow_exception(second);
}

}  // namespace

// A cancelled coroutine learns it from its next co_await.
Awaitable<void> Signal::Wait() {
  boost::system::error_code cancelled;
  co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

Awaitable<void> Sleep(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

Awaitable<void> Race(Awaitable<void> a, Awaitable<void> b) {
  return Together(std::move(a), std::move(b), asio::experimental::wait_for_one());
}

Awaitable<void> Both(Awaitable<void> a, Awaitable<void> b) {
  return Together(std::move(a), std::move(b), asio::experimental::wait_for_one_error());
}

void TaskGroup::Start(Awaitable<void> task) {
  auto place = tasks_.emplace(tasks_.end());
  auto end = [this, place](const std::exception_ptr&) {
    tasks_.erase(place);
    ended_.Notify();
  };
  asio::co_spawn(executor_, std::move(task), asio::bind_cancellation_slot(place->slot(), end));
}

Awaitable<void> TaskGroup::During(Awaitable<void> work) {
  std::exception_ptr thrown;
  try {
    co_await std::move(work);
  } catch (...) {
    thrown = std::current_exception();
  }
  Cancel();
  co_await Wait();
  if (thrown) std::rethrow_exception(thrown);
}

void TaskGroup::Cancel() {
  for (auto task = tasks_.begin(); task != tasks_.end();) {
    // One that ends at once is no more afterwards.
    auto next = std::next(task);
    task->emit(asio::cancellation_type::all);
    task = next;
  }
}

Awaitable<void> TaskGroup::Wait() {
  while (!tasks_.empty()) co_await ended_.Wait();
}

}  // namespace crimux
