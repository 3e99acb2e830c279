#pragma once

#include "proxy/dispatch/backends.h"
#include "proxy/dispatch/incoming_call.h"

namespace crimux::proxy {

// Sends a call to one runtime and its answer back, and notes which ids came or went by it.
class Forward {
 public:
  Forward(IncomingCall& call, Backends& backends) : call_(call), backends_(backends) {}

  // Once.
  void To(RuntimePtr runtime);

 private:
  void Take(RuntimeAnswer answer);
  void Learn(const grpc::ByteBuffer& answer);
  void Forget();

  IncomingCall& call_;
  Backends& backends_;
  RuntimePtr runtime_;
  CallHandle handle_;
};

}  // namespace crimux::proxy
