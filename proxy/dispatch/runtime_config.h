#pragma once

#include "proxy/dispatch/backends.h"
#include "proxy/dispatch/incoming_call.h"

namespace crimux::proxy {

// RuntimeConfig: the default runtime's, or the config's cgroupDriver where that has none. A kubelet
// from 1.38 on does not start without an answer.
class RuntimeConfigCall final : public Operation {
 public:
  RuntimeConfigCall(IncomingCall& call, Backends& backends);

 private:
  void Take(RuntimeAnswer answer);

  IncomingCall& call_;
  const std::string& cgroup_driver_;
  CallHandle handle_;
};

}  // namespace crimux::proxy
