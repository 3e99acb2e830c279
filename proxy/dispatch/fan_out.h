#pragma once

#include <functional>
#include <vector>

#include "proxy/runtime/runtime.h"

namespace crimux::proxy {

// The same question to several runtimes at once. Destroying it calls off what is still in flight.
class FanOut {
 public:
  // With the runtime's place in `runtimes`.
  using EachCallback = std::function<void(size_t index, RuntimeAnswer& answer)>;
  // All answers, in the order of `runtimes`.
  using AllCallback = std::function<void(std::vector<RuntimeAnswer>& answers)>;
  using MakeRequest = std::function<RuntimeRequest(Runtime& runtime)>;

  FanOut() = default;
  FanOut(const FanOut&) = delete;
  FanOut& operator=(const FanOut&) = delete;

  // Once. `each` may be empty; the FanOut may be destroyed in `all`, and Stop called in `each`.
  void Start(const std::vector<RuntimePtr>& runtimes, const MakeRequest& make, AllCallback all,
             EachCallback each = nullptr);
  // Calls off the rest; neither callback is called again.
  void Stop();

  const std::vector<RuntimePtr>& runtimes() const { return runtimes_; }

 private:
  void Take(size_t index, RuntimeAnswer answer);

  std::vector<RuntimePtr> runtimes_;
  std::vector<CallHandle> calls_;
  std::vector<RuntimeAnswer> answers_;
  size_t missing_ = 0;
  AllCallback all_;
  EachCallback each_;
};

}  // namespace crimux::proxy
