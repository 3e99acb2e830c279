#pragma once

#include <set>

#include "config/config.h"
#include "proxy/loop/loop.h"
#include "proxy/runtime/embedded_service.h"
#include "proxy/runtime/runtime.h"
#include "proxy/runtime/worker_pool.h"

namespace crimux::proxy {

// A runtime in this process. Its handlers run on threads of its own; answers come back through the
// loop. When the caller has gone or its deadline has passed, the handler's stop token stops and the
// caller is answered at once; the handler may go on meanwhile.
class EmbeddedRuntime final : public Runtime {
 public:
  EmbeddedRuntime(Loop& loop, const RuntimeConfig& config, EmbeddedService service);
  // Stops the tokens of all calls and waits for their handlers.
  ~EmbeddedRuntime() override;

  const RuntimeConfig& config() const override { return config_; }
  const std::string& endpoint() const override { return endpoint_; }
  const RuntimeHealth& health() const override { return health_; }
  void Configure(const RuntimeConfig& config) override { config_ = config; }
  CallHandle Start(RuntimeRequest request, AnswerCallback done) override;
  StreamHandle StartStream(RuntimeRequest request, MessageCallback message,
                           AnswerCallback ended) override;
  bool LacksStream(const Method& method) const override { return lacking_.contains(&method); }

 private:
  struct Job;
  class Unary;
  class Stream;

  void Execute(const std::shared_ptr<Job>& job, const CallContext& context);

  Loop& loop_;
  RuntimeConfig config_;
  std::string endpoint_ = "embedded";
  EmbeddedService service_;
  RuntimeHealth health_{.state = RuntimeState::kUp};
  // Streams that were answered UNIMPLEMENTED.
  std::set<const Method*> lacking_;
  // Stops when the runtime is destroyed.
  std::stop_source closing_;
  CallHandle version_call_;
  WorkerPool workers_;
};

}  // namespace crimux::proxy
