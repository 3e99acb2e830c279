#pragma once

#include "proxy/dispatch/forward.h"

namespace crimux::proxy {

// A call that only the default runtime answers.
class ToDefault final : public Operation {
 public:
  ToDefault(IncomingCall& call, Backends& backends) : forward_(call, backends) {
    forward_.To(backends.Default());
  }

 private:
  Forward forward_;
};

}  // namespace crimux::proxy
