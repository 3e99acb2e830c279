#pragma once

#include "proxy/relay/relay.h"
#include "proxy/runtime/runtime.h"

namespace crimux::proxy {

// A runtime whose streams go through crimux: around another runtime, it puts a URL of the relay in
// the place of those that it answers, where the method table says so. Nothing else in proxy/ knows
// of it.
class RelayedRuntime final : public Runtime {
 public:
  // The relay is open, and outlives the runtime.
  RelayedRuntime(RuntimePtr inner, Relay& relay) : inner_(std::move(inner)), relay_(relay) {}

  const RuntimeConfig& config() const override { return inner_->config(); }
  const std::string& endpoint() const override { return inner_->endpoint(); }
  const RuntimeHealth& health() const override { return inner_->health(); }
  void Configure(const RuntimeConfig& config) override { inner_->Configure(config); }
  CallHandle Start(RuntimeRequest request, AnswerCallback done) override;
  StreamHandle StartStream(RuntimeRequest request, MessageCallback message,
                           AnswerCallback ended) override {
    return inner_->StartStream(std::move(request), std::move(message), std::move(ended));
  }
  bool LacksStream(const Method& method) const override { return inner_->LacksStream(method); }

 private:
  RuntimePtr inner_;
  Relay& relay_;
};

}  // namespace crimux::proxy
