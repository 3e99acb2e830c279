#pragma once

#include <vector>

#include "proxy/dispatch/backends.h"
#include "proxy/dispatch/fan_out.h"
#include "proxy/dispatch/incoming_call.h"

namespace crimux::proxy {

// A list of all runtimes, asked in parallel, laid end to end with the default runtime first. A
// filter that names a sandbox or container whose owner is known is the owner's alone. An item that
// dropped out would be, to the kubelet, a pod that died: a list that can't be whole fails.
class Merged final : public Operation {
 public:
  Merged(IncomingCall& call, Backends& backends);

 private:
  std::vector<RuntimePtr> Concerned(std::string_view filter) const;
  void Join(std::vector<RuntimeAnswer>& answers);
  void Learn(size_t index, const grpc::ByteBuffer& answer);

  IncomingCall& call_;
  Backends& backends_;
  // An unfiltered list: it tells all that a runtime has.
  bool complete_;
  Owners::Moment started_;
  FanOut fan_out_;
};

}  // namespace crimux::proxy
