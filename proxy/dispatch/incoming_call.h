#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <functional>
#include <string>

#include "proxy/method_table.h"
#include "proxy/runtime/runtime.h"

namespace crimux::proxy {

// A client's call, from its request on. Exactly one Reply ends it; whatever works on the call stays
// alive until that is sent, or until the client has gone. Front thread.
class IncomingCall {
 public:
  using SentCallback = std::function<void()>;

  virtual const Method& method() const = 0;
  // Which of the CRI's packages the client used.
  virtual Api api() const = 0;
  virtual const grpc::ByteBuffer& request() const = 0;
  // max() without one.
  virtual Deadline deadline() const = 0;
  virtual const Metadata& metadata() const = 0;

  // Streams: one message, verbatim. `sent` is called when the client's connection has taken it and
  // the next one may be sent; never from inside Send, nor when the call ends before. A message too
  // large for a client ends the call.
  virtual void Send(grpc::ByteBuffer message, SentCallback sent) = 0;

  // The answer, verbatim: status with details, metadata, and a unary call's message.
  virtual void Reply(RuntimeAnswer answer) = 0;
  void Fail(const grpc::Status& status) { Reply({.status = status}); }

  // Which runtime the call went to, for the books.
  virtual void SetRuntime(const std::string& name) = 0;

 protected:
  ~IncomingCall() = default;
};

// What works on one call. Its destruction cancels all that it has in flight.
class Operation {
 public:
  Operation() = default;
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  virtual ~Operation() = default;
};

}  // namespace crimux::proxy
