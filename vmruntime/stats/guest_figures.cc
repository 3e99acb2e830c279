#include "vmruntime/stats/guest_figures.h"

#include <spdlog/spdlog.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/clock.h"

namespace crimux::vm {
namespace {

using SteadyClock = std::chrono::steady_clock;

// Older ones are of machines that hang or have gone; nanoseconds.
constexpr int64_t kForgotten = 60'000'000'000;

}  // namespace

struct GuestFigures::State {
  explicit State(GuestMemoryQuestion the_question) : question(std::move(the_question)) {}

  // Round number `round`.
  void Ask(uint64_t round);
  void TakeUp(const std::map<std::string, GuestMemory>& answers);

  const GuestMemoryQuestion question;
  std::mutex mutex;
  std::condition_variable ended;
  std::map<std::string, GuestMemory> known;  // guarded by mutex, as all below
  SteadyClock::time_point begun = SteadyClock::time_point::min();
  int under_way = 0;
  // Rounds so far, and the latest of those that have ended.
  uint64_t rounds = 0;
  uint64_t last_ended = 0;
};

GuestFigures::GuestFigures(GuestMemoryQuestion question)
    : state_(std::make_shared<State>(std::move(question))) {}

void GuestFigures::Ask() {
  std::lock_guard lock(state_->mutex);
  SteadyClock::time_point now = SteadyClock::now();
  bool is_due = state_->rounds == 0 || now - state_->begun >= kRound;
  if (!is_due || state_->under_way >= kMostRounds) return;
  state_->begun = now;
  ++state_->under_way;
  ++state_->rounds;
  std::thread([state = state_, round = state_->rounds] { state->Ask(round); }).detach();
}

std::map<std::string, GuestMemory> GuestFigures::Latest(SteadyClock::time_point deadline) {
  std::unique_lock lock(state_->mutex);
  uint64_t awaited = state_->rounds;
  state_->ended.wait_until(lock, deadline, [&] { return state_->last_ended >= awaited; });
  return state_->known;
}

void GuestFigures::State::Ask(uint64_t round) {
  std::map<std::string, GuestMemory> answers;
  try {
    answers = question();
  } catch (const std::exception& e) {
    spdlog::debug("memory of guests: {}", e.what());
  }
  std::lock_guard lock(mutex);
  TakeUp(answers);
  --under_way;
  last_ended = std::max(last_ended, round);
  ended.notify_all();
}

void GuestFigures::State::TakeUp(const std::map<std::string, GuestMemory>& answers) {
  for (const auto& [name, memory] : answers) {
    GuestMemory& last = known[name];
    // A round that was held up for long knows less than the later ones.
    if (memory.updated >= last.updated) last = memory;
  }
  int64_t oldest = Now() - kForgotten;
  std::erase_if(known, [&](const auto& entry) { return entry.second.updated < oldest; });
}

}  // namespace crimux::vm
