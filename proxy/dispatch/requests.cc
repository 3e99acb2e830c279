#include "proxy/dispatch/requests.h"

#include <algorithm>

namespace crimux::proxy {

RuntimeRequest Forwarded(const IncomingCall& call, const Runtime& runtime) {
  RuntimeRequest request{&call.method(), call.request(), call.deadline(), call.metadata()};
  if (request.deadline == Deadline::max() && !call.method().traits.unbounded) {
    request.deadline = Deadline::clock::now() + runtime.config().timeout;
  }
  return request;
}

RuntimeRequest Asked(const IncomingCall& call, const Runtime& runtime, const Method& method,
                     const grpc::ByteBuffer& message) {
  Deadline ours = Deadline::clock::now() + runtime.config().timeout;
  return {&method, message, std::min(call.deadline(), ours), call.metadata()};
}

}  // namespace crimux::proxy
