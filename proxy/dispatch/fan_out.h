#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "proxy/dispatch/overdue.h"
#include "proxy/runtime/runtime.h"

namespace crimux::proxy {

// The same question to several runtimes at once. Destroying it calls off what is still in flight.
class FanOut final : private Waiter {
 public:
  // With the runtime's place in `runtimes`.
  using EachCallback = std::function<void(size_t index, RuntimeAnswer& answer)>;
  // All answers, in the order of `runtimes`.
  using AllCallback = std::function<void(std::vector<RuntimeAnswer>& answers)>;
  using MakeRequest = std::function<RuntimeRequest(Runtime& runtime)>;

  // How to treat runtimes that take longer than their list timeout: they are given an answer that
  // says so (OverdueAnswer), as are, at once, those of which the same is overdue already.
  struct Patience {
    Overdue& overdue;
    // Whether such a runtime is asked all the same.
    std::function<bool(const Runtime& runtime)> insists = nullptr;
    Question::Late late = nullptr;
  };

  FanOut() = default;
  FanOut(const FanOut&) = delete;
  FanOut& operator=(const FanOut&) = delete;
  ~FanOut() { Stop(); }

  // Both once; the first waits as long as the request's deadline says. `each` may be empty; the
  // FanOut may be destroyed in `all`, and Stop called in `each`. With patience, `all` is called
  // from inside when there is nobody to wait for.
  void Start(const std::vector<RuntimePtr>& runtimes, const MakeRequest& make, AllCallback all,
             EachCallback each = nullptr);
  void Start(const std::vector<RuntimePtr>& runtimes, const MakeRequest& make, Patience patience,
             AllCallback all, EachCallback each = nullptr);
  // Calls off the rest; neither callback is called again.
  void Stop();

  const std::vector<RuntimePtr>& runtimes() const { return runtimes_; }

 private:
  bool IsImpatient(std::chrono::steady_clock::time_point now) const override;
  void GiveUp(std::chrono::steady_clock::time_point now) override;

  void Ask(size_t index, const MakeRequest& make);
  bool MustAsk(const Runtime& runtime, const Method& method) const;
  bool IsOverdue(const Question& question, std::chrono::steady_clock::time_point now) const;
  void Take(size_t index, RuntimeAnswer answer);
  void Finish();

  std::vector<RuntimePtr> runtimes_;
  // Side by side with runtimes_; empty where there is nothing to wait for.
  std::vector<std::unique_ptr<Question>> questions_;
  std::vector<RuntimeAnswer> answers_;
  size_t missing_ = 0;
  std::chrono::steady_clock::time_point started_;
  std::optional<Patience> patience_;
  std::optional<Overdue::Place> place_;
  AllCallback all_;
  EachCallback each_;
};

}  // namespace crimux::proxy
