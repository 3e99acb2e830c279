#pragma once

#include <string>
#include <vector>

#include "proxy/dispatch/backends.h"
#include "proxy/dispatch/fan_out.h"
#include "proxy/dispatch/incoming_call.h"
#include "runtime/v1/api.pb.h"

namespace crimux::proxy {

// Status, combined by hand. RuntimeReady and NetworkReady hold while they do for every required
// runtime; their messages name each runtime that isn't ready. A condition of our own for each
// runtime tells its state. All else is the default runtime's, with the handlers of all, the
// features that every required runtime has, and verbose info by runtime.
class NodeStatus final : public Operation {
 public:
  NodeStatus(IncomingCall& call, Backends& backends);

 private:
  void Combine(const std::vector<RuntimeAnswer>& answers);

  IncomingCall& call_;
  Backends& backends_;
  FanOut fan_out_;
};

// What one runtime said of itself.
struct RuntimeSelfStatus {
  std::string name;
  bool required = false;
  RuntimeState state = RuntimeState::kUnknown;
  // Why there is no `response`, or "".
  std::string failure;
  runtime::v1::StatusResponse response;
};

// The default runtime comes first.
runtime::v1::StatusResponse CombineStatus(const std::vector<RuntimeSelfStatus>& runtimes);

}  // namespace crimux::proxy
