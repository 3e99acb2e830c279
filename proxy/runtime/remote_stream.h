#pragma once

#include <grpcpp/client_context.h>

#include <memory>
#include <optional>

#include "proxy/loop/tag.h"
#include "proxy/runtime/api_check.h"
#include "proxy/runtime/remote_runtime.h"

namespace crimux::proxy {

// One server stream. It lives until the queue has handed it back and its handle is gone.
//
//   sending -> reading -> idle (until Next) -> reading … -> finishing -> idle
//
// The queue has it in all states but idle.
class RemoteRuntime::Stream final : public PendingStream, private Tag {
 public:
  Stream(RemoteRuntime& runtime, RuntimeRequest request, MessageCallback message,
         AnswerCallback ended);

  void Abandon() override;
  void Next() override;

 private:
  enum class State { kIdle, kSending, kReading, kFinishing };

  void Send();
  void Done(bool ok) override;
  void Read();
  void Deliver();
  void Finish();
  void Finished();
  void Checked(bool again);
  void End(const grpc::Status& status);

  RemoteRuntime& runtime_;
  RuntimeRequest request_;
  MessageCallback message_callback_;
  AnswerCallback ended_;
  // Made anew when the call is sent again.
  std::optional<grpc::ClientContext> context_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  grpc::ByteBuffer message_;
  grpc::Status status_;
  std::unique_ptr<ApiCheck> check_;
  Api api_ = Api::kV1;
  State state_ = State::kIdle;
  bool has_messages_ = false;
  // Whether UNIMPLEMENTED is the answer, whatever the runtime speaks.
  bool is_settled_ = false;
  bool abandoned_ = false;
};

}  // namespace crimux::proxy
