#pragma once

#include <memory>
#include <optional>

#include "proxy/runtime/api_check.h"
#include "proxy/runtime/client_call.h"
#include "proxy/runtime/remote_runtime.h"

namespace crimux::proxy {

// One server stream.
class RemoteRuntime::Stream final : public PendingStream, public ClientCall::Listener {
 public:
  Stream(RemoteRuntime& runtime, RuntimeRequest request, MessageCallback message,
         AnswerCallback ended);

  void Abandon() override { delete this; }
  void Next() override { call_->Next(); }

 private:
  ~Stream() = default;

  void Send();
  void HasMessage(grpc::ByteBuffer message) override;
  void HasEnded(CallEnd end) override;
  void Checked(bool again);
  void End();

  RemoteRuntime& runtime_;
  RuntimeRequest request_;
  MessageCallback message_callback_;
  AnswerCallback ended_;
  // Made anew when the call is sent again.
  std::optional<ClientCall> call_;
  CallEnd end_;
  std::unique_ptr<ApiCheck> check_;
  Api api_ = Api::kV1;
  bool has_messages_ = false;
  // Whether UNIMPLEMENTED is the answer, whatever the runtime speaks.
  bool is_settled_ = false;
};

}  // namespace crimux::proxy
