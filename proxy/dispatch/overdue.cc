#include "proxy/dispatch/overdue.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "proxy/dispatch/fan_out.h"

namespace crimux::proxy {
namespace {

constexpr std::chrono::milliseconds kTick{100};

}  // namespace

Overdue::Place Overdue::Register(Waiter* waiter) {
  if (!ticking_) {
    ticking_ = true;
    timer_ = Timer(loop_, Deadline::clock::now() + kTick, [this] { Tick(); });
  }
  return waiting_.insert(waiting_.end(), waiter);
}

void Overdue::Tick() {
  ticking_ = false;
  auto now = std::chrono::steady_clock::now();
  // Who gives up may end there and then, and others with it.
  std::vector<Waiter*> impatient;
  for (Waiter* waiter : waiting_) {
    if (waiter->IsImpatient(now)) impatient.push_back(waiter);
  }
  for (Waiter* waiter : impatient) {
    bool waits = std::find(waiting_.begin(), waiting_.end(), waiter) != waiting_.end();
    if (waits) waiter->GiveUp(now);
  }
  if (waiting_.empty() || ticking_) return;
  ticking_ = true;
  timer_ = Timer(loop_, Deadline::clock::now() + kTick, [this] { Tick(); });
}

void Overdue::Add(std::unique_ptr<Question> question) {
  const Runtime& runtime = *question->runtime;
  if (Has(runtime, *question->method)) return;
  if (!IsSlow(runtime)) {
    spdlog::warn("runtime {} is slow: {} takes longer than {}", runtime.name(),
                 question->method->name, runtime.config().list_timeout);
  }
  question->asker = nullptr;
  questions_.push_back(std::move(question));
}

void Overdue::Answered(Question* question, const RuntimeAnswer& answer) {
  auto found = std::find_if(questions_.begin(), questions_.end(),
                            [&](const auto& candidate) { return candidate.get() == question; });
  if (found == questions_.end()) return;
  std::unique_ptr<Question> answered = std::move(*found);
  questions_.erase(found);
  if (!answer.unreachable && !IsSlow(*answered->runtime)) {
    spdlog::info("runtime {} is no longer slow: it answered {}", answered->runtime->name(),
                 answered->method->name);
  }
  if (answered->late) answered->late(answered->runtime, answer);
}

bool Overdue::Has(const Runtime& runtime, const Method& method) const {
  return std::any_of(questions_.begin(), questions_.end(), [&](const auto& question) {
    return question->runtime.get() == &runtime && question->method == &method;
  });
}

bool Overdue::IsSlow(const Runtime& runtime) const {
  return std::any_of(questions_.begin(), questions_.end(),
                     [&](const auto& question) { return question->runtime.get() == &runtime; });
}

void Overdue::Clear() {
  questions_.clear();
  timer_.Cancel();
}

RuntimeAnswer OverdueAnswer(const Runtime& runtime, const Method& method) {
  RuntimeAnswer answer;
  answer.status = {grpc::StatusCode::DEADLINE_EXCEEDED,
                   fmt::format("runtime \"{}\" has not answered {} within {}", runtime.name(),
                               method.name, runtime.config().list_timeout)};
  answer.overdue = true;
  return answer;
}

}  // namespace crimux::proxy
