#pragma once

#include "proxy/dispatch/forward.h"
#include "proxy/dispatch/locate.h"

namespace crimux::proxy {

// A call that names a sandbox or a container: to its owner, which is looked for when not known. The
// owner's being away is told at once by the runtime itself, UNAVAILABLE.
class Addressed final : public Operation {
 public:
  Addressed(IncomingCall& call, Backends& backends);

 private:
  void Found(RuntimePtr owner, const grpc::Status& status);

  IncomingCall& call_;
  Object kind_;
  std::string id_;
  Locate locate_;
  Forward forward_;
};

}  // namespace crimux::proxy
