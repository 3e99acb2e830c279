#pragma once

#include "proxy/relay/relay.h"
#include "proxy/runtime/wrapped_runtime.h"

namespace crimux::proxy {

// A runtime whose streams go through crimux: a URL of the relay takes the place of those that it
// answers, where the method table says so.
class RelayedRuntime final : public WrappedRuntime {
 public:
  // The relay is open, and outlives the runtime.
  RelayedRuntime(RuntimePtr inner, Relay& relay)
      : WrappedRuntime(std::move(inner)), relay_(relay) {}

  CallHandle Start(RuntimeRequest request, AnswerCallback done) override;

 private:
  Relay& relay_;
};

}  // namespace crimux::proxy
