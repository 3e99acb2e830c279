#pragma once

#include <string>

#include "proxy/dispatch/backends.h"
#include "proxy/dispatch/fan_out.h"
#include "proxy/dispatch/incoming_call.h"

namespace crimux::proxy {

// Finds the owner of a sandbox or container that is not known, as after a restart: asks all
// runtimes for their list of just that id.
class Locate {
 public:
  // `owner` is empty when no runtime has it; `status` is then OK when all of them said so, else
  // UNAVAILABLE and names one that didn't.
  using Found = std::function<void(RuntimePtr owner, const grpc::Status& status)>;

  Locate(IncomingCall& call, Backends& backends) : call_(call), backends_(backends) {}

  // Once.
  void Start(Object kind, std::string id, Found found);

 private:
  void Take(size_t index, const RuntimeAnswer& answer);
  void Conclude(const std::vector<RuntimeAnswer>& answers);

  IncomingCall& call_;
  Backends& backends_;
  Object kind_ = Object::kNone;
  std::string id_;
  Found found_;
  FanOut fan_out_;
};

}  // namespace crimux::proxy
