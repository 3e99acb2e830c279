#include "vmruntime/stats/guest_figures.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include <catch2/catch.hpp>

#include "base/clock.h"

namespace crimux::vm {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using SteadyClock = std::chrono::steady_clock;

// Guests "a" and "b". The first question that finds "a" hanging is held up by it until it is freed;
// later ones pass it by, as libvirt's do.
struct Guests {
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    bool hangs = false;
    bool is_held = false;
    int asked = 0;
    uint64_t free = 100;
  };
  std::shared_ptr<State> state = std::make_shared<State>();

  GuestMemoryQuestion Question() {
    return [s = state] {
      std::unique_lock lock(s->mutex);
      ++s->asked;
      std::map<std::string, GuestMemory> answers;
      answers["b"] = {.updated = Now(), .total = 1000, .available = s->free};
      if (s->is_held) return answers;
      if (s->hangs) {
        s->is_held = true;
        s->changed.notify_all();
        s->changed.wait(lock, [&] { return !s->hangs; });
        s->is_held = false;
        s->changed.notify_all();
      }
      answers["a"] = {.updated = Now(), .total = 1000, .available = s->free};
      return answers;
    };
  }
  void Hang(bool hangs) {
    std::unique_lock lock(state->mutex);
    state->hangs = hangs;
    state->changed.notify_all();
  }
  ~Guests() { Hang(false); }
};

std::map<std::string, GuestMemory> AskAndWait(GuestFigures& figures, milliseconds patience) {
  figures.Ask();
  return figures.Latest(SteadyClock::now() + patience);
}

TEST_CASE("guests answer at once when none of them hangs") {
  Guests guests;
  GuestFigures figures(guests.Question());
  auto known = AskAndWait(figures, seconds(10));
  REQUIRE(known.size() == 2);
  CHECK(known.at("a").available == 100);
  CHECK(known.at("a").updated <= Now());
}

TEST_CASE("who asks again at once has the same answers, and asks no guest") {
  Guests guests;
  GuestFigures figures(guests.Question());
  for (int i = 0; i < 10; ++i) CHECK(AskAndWait(figures, seconds(10)).size() == 2);
  CHECK(guests.state->asked == 1);
}

TEST_CASE("a guest that hangs keeps nobody waiting, and the others are asked again") {
  Guests guests;
  guests.Hang(true);
  GuestFigures figures(guests.Question());
  auto start = SteadyClock::now();
  CHECK(AskAndWait(figures, milliseconds(5)).empty());
  CHECK(SteadyClock::now() - start < seconds(1));
  {
    std::unique_lock lock(guests.state->mutex);
    guests.state->changed.wait(lock, [&] { return guests.state->is_held; });
    guests.state->free = 50;
  }
  std::this_thread::sleep_for(GuestFigures::kRound);
  auto known = AskAndWait(figures, seconds(10));
  REQUIRE(known.size() == 1);
  CHECK(known.at("b").available == 50);
  // Its answer is taken up once it comes.
  guests.Hang(false);
  auto deadline = SteadyClock::now() + seconds(10);
  while (!known.contains("a") && SteadyClock::now() < deadline)
    known = AskAndWait(figures, milliseconds(5));
  CHECK(known.contains("a"));
}

TEST_CASE("a round that hangs may outlive who has asked") {
  Guests guests;
  guests.Hang(true);
  GuestFigures(guests.Question()).Ask();
  std::unique_lock lock(guests.state->mutex);
  REQUIRE(guests.state->changed.wait_for(lock, seconds(10), [&] { return guests.state->is_held; }));
  guests.state->hangs = false;
  guests.state->changed.notify_all();
  CHECK(guests.state->changed.wait_for(lock, seconds(10), [&] { return !guests.state->is_held; }));
}

TEST_CASE("answers of long ago are forgotten, and failures are no answers") {
  int64_t age = 61'000'000'000;
  GuestFigures old([&] {
    return std::map<std::string, GuestMemory>{{"a", {.updated = Now() - age, .available = 1}}};
  });
  CHECK(AskAndWait(old, seconds(10)).empty());
  GuestFigures failing(
      []() -> std::map<std::string, GuestMemory> { throw std::runtime_error("x"); });
  CHECK(AskAndWait(failing, seconds(10)).empty());
}

}  // namespace
}  // namespace crimux::vm
