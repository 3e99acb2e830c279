#pragma once

#include "proxy/dispatch/backends.h"
#include "proxy/dispatch/fan_out.h"
#include "proxy/dispatch/incoming_call.h"

namespace crimux::proxy {

// A call for every runtime. The first failure, in the order of the config, is the answer; else the
// default runtime's.
class All final : public Operation {
 public:
  All(IncomingCall& call, Backends& backends);

 private:
  IncomingCall& call_;
  FanOut fan_out_;
};

}  // namespace crimux::proxy
