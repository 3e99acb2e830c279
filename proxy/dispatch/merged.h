#pragma once

#include <vector>

#include "proxy/dispatch/backends.h"
#include "proxy/dispatch/fan_out.h"
#include "proxy/dispatch/incoming_call.h"
#include "proxy/dispatch/list_scope.h"

namespace crimux::proxy {

// A list of all runtimes, asked in parallel, laid end to end with the default runtime first. A
// filter that names a sandbox or container whose owner is known is the owner's alone. An item that
// dropped out would be, to the kubelet, a pod that died: for a runtime that can't tell its list, or
// takes too long, its last known one stands in; a list that can't be whole fails.
class Merged final : public Operation {
 public:
  Merged(IncomingCall& call, Backends& backends);

 private:
  void Join(std::vector<RuntimeAnswer>& answers);

  IncomingCall& call_;
  Backends& backends_;
  ListScope scope_;
  AskedAt asked_at_;
  FanOut fan_out_;
};

}  // namespace crimux::proxy
