#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "proxy/loop/loop.h"
#include "proxy/loop/timer.h"
#include "proxy/runtime/runtime.h"

namespace crimux::proxy {

class FanOut;
class Overdue;

// A question to one runtime, from its start to its answer.
struct Question {
  // Taken when the answer comes after the asker lost patience.
  using Late = std::function<void(const RuntimePtr& runtime, const RuntimeAnswer& answer)>;

  RuntimePtr runtime;
  const Method* method = nullptr;
  CallHandle call;
  // Who waits, and as which of its questions; nullptr once it lost patience.
  FanOut* asker = nullptr;
  size_t index = 0;
  // Who takes the answer then.
  Overdue* overdue = nullptr;
  Late late = nullptr;
};

// Who waits for runtimes, for Overdue to tell when to look at the clock.
class Waiter {
 public:
  // Whether somebody's time is over, and if so, to go on without them; it may end there and then.
  virtual bool IsImpatient(std::chrono::steady_clock::time_point now) const = 0;
  virtual void GiveUp(std::chrono::steady_clock::time_point now) = 0;

 protected:
  ~Waiter() = default;
};

// Patience with runtimes. A question that isn't answered within the runtime's list timeout is
// overdue: its asker goes on without the answer, and the runtime counts as slow. The question stays
// asked, at most one of each method and runtime, for its answer tells that the runtime is back, and
// what it has. Until then the same is not asked again. Front thread.
class Overdue {
 public:
  explicit Overdue(Loop& loop) : loop_(loop) {}
  Overdue(const Overdue&) = delete;
  Overdue& operator=(const Overdue&) = delete;

  // While a waiter is registered it is told, a few times a second, to look at the clock.
  using Place = std::list<Waiter*>::iterator;
  Place Register(Waiter* waiter);
  void Unregister(Place place) { waiting_.erase(place); }

  // Takes over a question that its asker gave up; one more of the same kind is called off.
  void Add(std::unique_ptr<Question> question);
  // Its answer is there.
  void Answered(Question* question, const RuntimeAnswer& answer);

  bool Has(const Runtime& runtime, const Method& method) const;
  // Whether anything asked of the runtime is overdue.
  bool IsSlow(const Runtime& runtime) const;

  // Calls off all questions.
  void Clear();

 private:
  void Tick();

  Loop& loop_;
  std::list<Waiter*> waiting_;
  // Runs only while somebody waits, so that a question costs no alarm of its own.
  Timer timer_;
  bool ticking_ = false;
  std::list<std::unique_ptr<Question>> questions_;
};

// The answer that a runtime which is overdue is given.
RuntimeAnswer OverdueAnswer(const Runtime& runtime, const Method& method);

}  // namespace crimux::proxy
