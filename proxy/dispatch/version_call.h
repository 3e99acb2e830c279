#pragma once

#include "proxy/dispatch/backends.h"
#include "proxy/dispatch/incoming_call.h"

namespace crimux::proxy {

// Version: the default runtime's, but the API that it names is the client's, and the config may
// name the runtime. An answer with nothing to change passes unparsed.
class VersionCall final : public Operation {
 public:
  VersionCall(IncomingCall& call, Backends& backends);

 private:
  void Take(RuntimeAnswer answer);
  bool IsToChange() const;

  IncomingCall& call_;
  Backends& backends_;
  RuntimePtr runtime_;
  CallHandle handle_;
};

}  // namespace crimux::proxy
