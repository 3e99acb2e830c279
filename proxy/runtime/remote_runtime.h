#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>

#include "config/config.h"
#include "proxy/loop/loop.h"
#include "proxy/runtime/runtime.h"

namespace crimux::proxy {

// A runtime behind a socket. Calls go through as bytes, each sent once: nothing is tried again.
// The channel is watched, and reconnects by itself within a second of the socket's return. To a
// socket that isn't there calls fail at once.
class RemoteRuntime final : public Runtime {
 public:
  RemoteRuntime(Loop& loop, const RuntimeConfig& config);
  ~RemoteRuntime() override;

  const RuntimeConfig& config() const override { return config_; }
  const std::string& endpoint() const override { return config_.endpoint; }
  const RuntimeHealth& health() const override { return health_; }
  void Configure(const RuntimeConfig& config) override { config_ = config; }
  CallHandle Start(RuntimeRequest request, AnswerCallback done) override;

 private:
  class Unary;
  class Watch;

  void StateChanged(grpc_connectivity_state state);
  void AskVersion();
  void TakeVersion(const RuntimeAnswer& answer);
  grpc::Status Unreachable(const grpc::Status& cause) const;

  Loop& loop_;
  RuntimeConfig config_;
  std::shared_ptr<grpc::Channel> channel_;
  grpc::GenericStub stub_;
  RuntimeHealth health_;
  CallHandle version_call_;
  Watch* watch_ = nullptr;
};

}  // namespace crimux::proxy
