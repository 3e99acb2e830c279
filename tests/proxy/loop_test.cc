// The front thread's loop and timers, and the workers beside it.
#include <atomic>
#include <future>
#include <memory>
#include <optional>

#include <catch2/catch.hpp>

#include "proxy/loop/timer.h"
#include "proxy/runtime/worker_pool.h"
#include "tests/proxy/node.h"

namespace crimux::proxy {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::system_clock;

// A loop of its own, run until it is told to end.
struct LoopFixture {
  Loop loop;

  void RunUntilIdle() {
    loop.Shutdown();
    loop.Run();
  }
};

TEST_CASE("a timer fires once, not before its time") {
  LoopFixture fixture;
  int fired = 0;
  auto start = system_clock::now();
  system_clock::time_point when;
  Timer timer(fixture.loop, start + milliseconds(30), [&] {
    ++fired;
    when = system_clock::now();
    fixture.loop.Shutdown();
  });
  fixture.loop.Run();
  CHECK(fired == 1);
  CHECK(when >= start + milliseconds(29));
}

TEST_CASE("a timer that was cancelled, destroyed, replaced or moved from does not fire") {
  LoopFixture fixture;
  std::string fired;
  Timer cancelled(fixture.loop, system_clock::now(), [&] { fired += "cancelled "; });
  cancelled.Cancel();
  {
    Timer destroyed(fixture.loop, system_clock::now(), [&] { fired += "destroyed "; });
  }
  Timer replaced(fixture.loop, system_clock::now(), [&] { fired += "replaced "; });
  replaced = Timer(fixture.loop, system_clock::now(), [&] { fired += "replacement "; });
  Timer from(fixture.loop, system_clock::now(), [&] { fired += "moved "; });
  Timer to(std::move(from));
  from.Cancel();  // NOLINT: a moved-from timer has nothing to cancel
  Timer last(fixture.loop, system_clock::now() + milliseconds(20),
             [&] { fixture.loop.Shutdown(); });
  fixture.loop.Run();
  CHECK((fired == "replacement moved " || fired == "moved replacement "));
}

TEST_CASE("a timer may end itself and start another in its own function") {
  LoopFixture fixture;
  auto timer = std::make_unique<Timer>();
  int fired = 0;
  std::function<void()> again = [&] {
    timer.reset();
    if (++fired == 3) return fixture.loop.Shutdown();
    timer = std::make_unique<Timer>(fixture.loop, system_clock::now(), again);
  };
  *timer = Timer(fixture.loop, system_clock::now(), again);
  fixture.loop.Run();
  CHECK(fired == 3);
}

TEST_CASE("a timer on a loop that was shut down never fires, and holds nothing up") {
  LoopFixture fixture;
  fixture.loop.Shutdown();
  Timer timer(fixture.loop, system_clock::now(), [] { FAIL("it fired"); });
  fixture.loop.Run();
}

TEST_CASE("a timer far away that is dropped doesn't hold up the end of the loop") {
  LoopFixture fixture;
  Timer timer(fixture.loop, system_clock::now() + hours(24), [] { FAIL("it fired"); });
  timer.Cancel();
  fixture.RunUntilIdle();
}

TEST_CASE("tasks run on the loop's thread in their order, and one that throws harms no other") {
  LoopFixture fixture;
  std::vector<int> order;
  std::thread::id where;
  std::thread poster([&] {
    fixture.loop.Post([&] { order.push_back(1); });
    fixture.loop.Post([] { throw std::runtime_error("on purpose"); });
    fixture.loop.Post([&] {
      order.push_back(2);
      where = std::this_thread::get_id();
      fixture.loop.Shutdown();
    });
  });
  fixture.loop.Run();
  poster.join();
  CHECK(order == std::vector<int>{1, 2});
  CHECK(where == std::this_thread::get_id());
  fixture.loop.Post([] { FAIL("after the end"); });
}

TEST_CASE("a worker pool has a thread for each job at work") {
  WorkerPool pool;
  constexpr int kJobs = 20;
  std::promise<void> open;
  std::shared_future<void> gate = open.get_future().share();
  std::atomic<int> waiting = 0;
  for (int i = 0; i < kJobs; ++i) {
    pool.Run([&, gate] {
      ++waiting;
      gate.wait();
    });
  }
  CHECK(Eventually([&] { return waiting == kJobs; }));
  CHECK(pool.ThreadCount() == kJobs);
  open.set_value();
}

TEST_CASE("jobs over a worker pool's limit wait for a thread, in their order") {
  std::vector<int> order;
  std::atomic<bool> second = false;
  std::promise<void> open;
  std::shared_future<void> gate = open.get_future().share();
  WorkerPool pool(1);
  pool.Run([&, gate] {
    gate.wait();
    order.push_back(1);
  });
  pool.Run([&] { order.push_back(2); });
  pool.Run([&] {
    order.push_back(3);
    second = true;
  });
  CHECK(pool.ThreadCount() == 1);
  open.set_value();
  CHECK(Eventually([&] { return second.load(); }));
  CHECK(order == std::vector<int>{1, 2, 3});
}

TEST_CASE("threads of a worker pool that have nothing to do end, and come again") {
  WorkerPool pool(8, milliseconds(10));
  for (int round = 0; round < 3; ++round) {
    std::atomic<int> done = 0;
    for (int i = 0; i < 8; ++i) pool.Run([&] { ++done; });
    CHECK(Eventually([&] { return done == 8; }));
    CHECK(Eventually([&] { return pool.ThreadCount() == 0; }));
  }
}

TEST_CASE("the end of a worker pool waits for jobs at work and drops those that wait") {
  std::atomic<bool> ended = false;
  std::atomic<bool> dropped = true;
  std::promise<void> started;
  std::promise<void> open;
  auto token = std::make_shared<int>(0);
  std::weak_ptr<int> alive = token;
  std::optional<WorkerPool> pool(std::in_place, 1);
  pool->Run([&] {
    started.set_value();
    open.get_future().wait();
    ended = true;
  });
  started.get_future().wait();
  pool->Run([&dropped, token = std::move(token)] { dropped = false; });
  std::thread opener([&] {
    // Only the pool's end drops the job that waits.
    while (!alive.expired()) std::this_thread::yield();
    open.set_value();
  });
  pool.reset();
  opener.join();
  CHECK(ended);
  CHECK(dropped);
}

}  // namespace
}  // namespace crimux::proxy
