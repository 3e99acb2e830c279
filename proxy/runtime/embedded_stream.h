#pragma once

#include <memory>

#include "proxy/runtime/call_stop.h"
#include "proxy/runtime/embedded_runtime.h"

namespace crimux::proxy {

// DEADLINE_EXCEEDED, in gRPC's words.
grpc::Status DeadlineExceeded();

// One server stream of an embedded runtime. Its handler has a worker to itself, and waits there
// before each message until the last one was taken.
class EmbeddedRuntime::Stream final : public PendingStream {
 public:
  Stream(EmbeddedRuntime& runtime, RuntimeRequest request, MessageCallback message,
         AnswerCallback ended);

  void Abandon() override;
  void Next() override;

 private:
  struct Job;

  static grpc::Status Execute(const EmbeddedStreamHandler& handler, const std::shared_ptr<Job>& job,
                              const CallContext& context);
  static bool Write(const std::shared_ptr<Job>& job, const std::stop_token& stop,
                    const grpc::ByteBuffer& message);
  void Deliver(grpc::ByteBuffer message);
  void Finish(const grpc::Status& status);

  EmbeddedRuntime& runtime_;
  std::shared_ptr<Job> job_;
  MessageCallback message_;
  AnswerCallback ended_;
  bool has_messages_ = false;
  CallStop stop_;
};

}  // namespace crimux::proxy
