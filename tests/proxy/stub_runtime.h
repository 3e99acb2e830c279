#pragma once

#include "proxy/runtime/runtime.h"

namespace crimux {

// A runtime to be pointed at; it is never asked anything.
class StubRuntime final : public proxy::Runtime {
 public:
  explicit StubRuntime(std::string name) { config_.name = std::move(name); }

  const RuntimeConfig& config() const override { return config_; }
  const std::string& endpoint() const override { return config_.endpoint; }
  const proxy::RuntimeHealth& health() const override { return health_; }
  void Configure(const RuntimeConfig& config) override { config_ = config; }
  proxy::CallHandle Start(proxy::RuntimeRequest /*request*/,
                          proxy::AnswerCallback /*done*/) override {
    return nullptr;
  }
  proxy::StreamHandle StartStream(proxy::RuntimeRequest /*request*/,
                                  proxy::MessageCallback /*message*/,
                                  proxy::AnswerCallback /*ended*/) override {
    return nullptr;
  }
  bool LacksStream(const proxy::Method& /*method*/) const override { return false; }

 private:
  RuntimeConfig config_;
  proxy::RuntimeHealth health_;
};

}  // namespace crimux
