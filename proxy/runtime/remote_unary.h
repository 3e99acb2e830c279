#pragma once

#include <memory>
#include <optional>

#include "proxy/runtime/api_check.h"
#include "proxy/runtime/client_call.h"
#include "proxy/runtime/remote_runtime.h"

namespace crimux::proxy {

// One unary call.
class RemoteRuntime::Unary final : public PendingCall, public ClientCall::Listener {
 public:
  // In the API that the runtime speaks; with `only`, in that one and no other.
  Unary(RemoteRuntime& runtime, RuntimeRequest request, AnswerCallback done,
        std::optional<Api> only = std::nullopt);

  void Abandon() override { delete this; }

 private:
  ~Unary() = default;

  void Send(Api api);
  void HasMessage(grpc::ByteBuffer message) override;
  void HasEnded(CallEnd end) override;
  void Checked(bool again);
  void End();

  RemoteRuntime& runtime_;
  RuntimeRequest request_;
  AnswerCallback done_;
  // Made anew when the call is sent again.
  std::optional<ClientCall> call_;
  grpc::ByteBuffer message_;
  CallEnd end_;
  std::unique_ptr<ApiCheck> check_;
  Api api_ = Api::kV1;
  // Whether UNIMPLEMENTED is the answer, whatever the runtime speaks.
  bool is_settled_;
};

}  // namespace crimux::proxy
