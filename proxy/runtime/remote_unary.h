#pragma once

#include <grpcpp/client_context.h>

#include <memory>
#include <optional>

#include "proxy/loop/tag.h"
#include "proxy/runtime/api_check.h"
#include "proxy/runtime/remote_runtime.h"

namespace crimux::proxy {

// One unary call. It lives until the queue has handed it back and its handle is gone.
class RemoteRuntime::Unary final : public PendingCall, private Tag {
 public:
  // In the API that the runtime speaks; with `only`, in that one and no other.
  Unary(RemoteRuntime& runtime, RuntimeRequest request, AnswerCallback done,
        std::optional<Api> only = std::nullopt);

  void Abandon() override;

 private:
  void Send(Api api);
  void Done(bool ok) override;
  void Checked(bool again);
  void End();

  RemoteRuntime& runtime_;
  RuntimeRequest request_;
  AnswerCallback done_;
  // Made anew when the call is sent again.
  std::optional<grpc::ClientContext> context_;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader_;
  grpc::ByteBuffer message_;
  grpc::Status status_;
  std::unique_ptr<ApiCheck> check_;
  Api api_ = Api::kV1;
  // Whether UNIMPLEMENTED is the answer, whatever the runtime speaks.
  bool is_settled_;
  bool in_flight_ = false;
  bool abandoned_ = false;
};

}  // namespace crimux::proxy
