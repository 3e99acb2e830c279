#pragma once

#include <optional>
#include <vector>

#include "proxy/dispatch/backends.h"
#include "proxy/dispatch/incoming_call.h"

namespace crimux::proxy {

// GetContainerEvents: the events of all runtimes, as they come. While this stream lives the kubelet
// hardly lists, so it is never half of the truth: when one runtime has no events, the answer is
// UNIMPLEMENTED, and when one breaks off, UNAVAILABLE names it and the kubelet lists again. So it
// is when the runtimes become others by a reload. Of each runtime one message is in hand at most.
class Events final : public Operation {
 public:
  Events(IncomingCall& call, Backends& backends);

 private:
  struct Source {
    RuntimePtr runtime;
    StreamHandle stream;
    std::optional<grpc::ByteBuffer> message;
    // Whether it has ever sent one.
    bool has_messages = false;
  };

  void Take(Source& source, grpc::ByteBuffer message);
  void Pass();
  void End(const Source& source, const RuntimeAnswer& answer);
  void Fail(const grpc::Status& status);

  IncomingCall& call_;
  std::vector<Source> sources_;
  // Whose turn it is when several have a message.
  size_t turn_ = 0;
  bool sending_ = false;
  RuntimesWatch watch_;
};

}  // namespace crimux::proxy
