#pragma once

#include <vector>

#include "proxy/dispatch/backends.h"
#include "proxy/dispatch/fan_out.h"
#include "proxy/dispatch/incoming_call.h"

namespace crimux::proxy {

// Status, combined by hand. RuntimeReady and NetworkReady are the default runtime's; what ails the
// others is told in the message. Runtime handlers of all; verbose info by runtime, the default's
// own keys as they are.
class NodeStatus final : public Operation {
 public:
  NodeStatus(IncomingCall& call, Backends& backends);

 private:
  IncomingCall& call_;
  FanOut fan_out_;
};

// The combination; `runtimes` and `answers` side by side, the default one first.
RuntimeAnswer CombineStatus(const std::vector<RuntimePtr>& runtimes,
                            std::vector<RuntimeAnswer>& answers);

}  // namespace crimux::proxy
