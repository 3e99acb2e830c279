#pragma once

#include <utility>

#include "proxy/runtime/runtime.h"

namespace crimux::proxy {

// A runtime around another one that changes some of what is asked and answered, and is otherwise
// the same. Nothing else in proxy/ knows of it.
class WrappedRuntime : public Runtime {
 public:
  explicit WrappedRuntime(RuntimePtr inner) : inner_(std::move(inner)) {}

  const RuntimeConfig& config() const override { return inner_->config(); }
  const std::string& endpoint() const override { return inner_->endpoint(); }
  const RuntimeHealth& health() const override { return inner_->health(); }
  void Configure(const RuntimeConfig& config) override { inner_->Configure(config); }
  CallHandle Start(RuntimeRequest request, AnswerCallback done) override {
    return inner_->Start(std::move(request), std::move(done));
  }
  StreamHandle StartStream(RuntimeRequest request, MessageCallback message,
                           AnswerCallback ended) override {
    return inner_->StartStream(std::move(request), std::move(message), std::move(ended));
  }
  bool LacksStream(const Method& method) const override { return inner_->LacksStream(method); }

 private:
  RuntimePtr inner_;
};

}  // namespace crimux::proxy
