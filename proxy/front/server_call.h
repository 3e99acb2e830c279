#pragma once

#include <memory>

#include "proxy/dispatch/incoming_call.h"
#include "proxy/front/call_book.h"
#include "proxy/front/request_head.h"
#include "proxy/http2/message_reader.h"
#include "proxy/http2/stream.h"
#include "proxy/wire/message.h"

namespace crimux::proxy {

class Front;

// One call of a client, from its first header to the close of its stream; it owns itself.
//
//   reading -> working -> answered -> deleted
//
// A client that goes away while we work ends the operation there and then. What works on the call
// keeps its deadline.
class ServerCall final : public IncomingCall, public http2::Stream {
 public:
  explicit ServerCall(Front& front) : front_(front) {}

  const Method& method() const override { return *method_; }
  Api api() const override;
  const grpc::ByteBuffer& request() const override { return request_; }
  Deadline deadline() const override { return deadline_; }
  const Metadata& metadata() const override { return head_.metadata; }
  void Send(grpc::ByteBuffer message, SentCallback sent) override;
  void Reply(RuntimeAnswer answer) override;
  void SetRuntime(const std::string& name) override;

 private:
  enum class State { kReading, kWorking, kAnswered };

  ~ServerCall() override = default;

  void OnHeader(std::string_view name, std::string_view value) override;
  void OnHeaders() override;
  void OnData(std::string_view bytes) override;
  void OnEnd() override;
  void OnTaken() override;
  void OnClose(uint32_t error_code) override;

  void Begin();
  void TakeMessage();
  grpc::Status Inflated();
  // `message` belongs to a unary call that went well; nullptr without.
  void Answer(const RuntimeAnswer& answer, const grpc::ByteBuffer* message);
  // Once.
  void SendHeaders(const Metadata& metadata);
  void RefuseHttp(std::string_view http_status);
  void FailTooLarge(size_t bytes);

  Front& front_;
  State state_ = State::kReading;
  RequestHead head_;
  bool has_head_ = false;
  http2::MessageReader reader_{kMaxMessageBytes};
  const Method* method_ = nullptr;
  Deadline deadline_ = Deadline::max();
  grpc::ByteBuffer request_;
  // Of a call that is in the book.
  bool is_booked_ = false;
  OpenCall booked_;
  std::unique_ptr<Operation> operation_;
  bool has_sent_headers_ = false;
  SentCallback sent_;
};

}  // namespace crimux::proxy
