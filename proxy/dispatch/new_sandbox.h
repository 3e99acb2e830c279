#pragma once

#include "proxy/dispatch/forward.h"

namespace crimux::proxy {

// RunPodSandbox: where the routes say.
class NewSandbox final : public Operation {
 public:
  NewSandbox(IncomingCall& call, Backends& backends);

 private:
  void Start(Backends& backends);

  IncomingCall& call_;
  Forward forward_;
};

}  // namespace crimux::proxy
