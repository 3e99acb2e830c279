#pragma once

#include <memory>

#include "proxy/runtime/image_prefix.h"
#include "proxy/runtime/runtime.h"

namespace crimux::proxy {

// A runtime whose images have names of their own outside: around another runtime, it strips the
// prefix from the names in requests and puts it back in answers, where the method table says that
// names stand. Messages that are malformed pass as they are. Nothing else in proxy/ knows of it.
class PrefixedRuntime final : public Runtime {
 public:
  PrefixedRuntime(RuntimePtr inner, std::string prefix);

  const RuntimeConfig& config() const override { return inner_->config(); }
  const std::string& endpoint() const override { return inner_->endpoint(); }
  const RuntimeHealth& health() const override { return inner_->health(); }
  void Configure(const RuntimeConfig& config) override { inner_->Configure(config); }
  CallHandle Start(RuntimeRequest request, AnswerCallback done) override;
  StreamHandle StartStream(RuntimeRequest request, MessageCallback message,
                           AnswerCallback ended) override;
  bool LacksStream(const Method& method) const override { return inner_->LacksStream(method); }

 private:
  // Strips the request's names. True when it asks for images that this runtime can't have.
  bool Strip(RuntimeRequest* request) const;

  RuntimePtr inner_;
  ImagePrefix prefix_;
};

}  // namespace crimux::proxy
