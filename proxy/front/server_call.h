#pragma once

#include <grpcpp/generic/async_generic_service.h>

#include <memory>

#include "proxy/dispatch/incoming_call.h"
#include "proxy/front/call_book.h"
#include "proxy/loop/tag.h"

namespace crimux::proxy {

class Front;

// One call of a client, from waiting for it to its last event; it owns itself.
//
//   armed -> reading -> working -> finishing -> deleted
//
// A stream's messages are written while working. What ends the call meanwhile waits for the write.
// A client that goes away while we work ends the operation there and then.
class ServerCall final : public IncomingCall {
 public:
  // Waits for the next call.
  static void Arm(Front& front);

  const Method& method() const override { return *method_; }
  Api api() const override;
  const grpc::ByteBuffer& request() const override { return request_; }
  Deadline deadline() const override { return context_.deadline(); }
  const Metadata& metadata() const override { return metadata_; }
  void Send(grpc::ByteBuffer message, SentCallback sent) override;
  void Reply(RuntimeAnswer answer) override;
  void SetRuntime(const std::string& name) override;

 private:
  explicit ServerCall(Front& front);
  ~ServerCall() = default;

  void Armed(bool ok);
  void HasRead(bool ok);
  void Written(bool ok);
  void Finished(bool ok);
  void Gone(bool ok);

  void Work();
  void Finish(const grpc::Status& status);
  void FailTooLarge(size_t bytes);
  void DeleteIfDone();

  Front& front_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_{&context_};
  MemberTag<ServerCall> armed_{this, &ServerCall::Armed};
  MemberTag<ServerCall> read_{this, &ServerCall::HasRead};
  MemberTag<ServerCall> written_{this, &ServerCall::Written};
  MemberTag<ServerCall> finished_{this, &ServerCall::Finished};
  MemberTag<ServerCall> gone_{this, &ServerCall::Gone};

  const Method* method_ = nullptr;
  grpc::ByteBuffer request_;
  Metadata metadata_;
  OpenCall booked_;
  std::unique_ptr<Operation> operation_;
  SentCallback sent_;
  // Of a call that ended while a message was being written.
  grpc::Status final_status_;
  bool reading_ = false;
  bool writing_ = false;
  bool finishing_ = false;
  bool is_finished_ = false;
  bool is_gone_ = false;
};

}  // namespace crimux::proxy
