#pragma once

#include "proxy/dispatch/incoming_call.h"
#include "proxy/runtime/runtime.h"

namespace crimux::proxy {

// The caller's own request for the runtime: same bytes and metadata. Its deadline is the caller's;
// without one, the runtime's timeout, unless the method may take for ever.
RuntimeRequest Forwarded(const IncomingCall& call, const Runtime& runtime);

// A question of our own on behalf of the caller: `message` of `method`. Its deadline is the
// caller's or the runtime's timeout, whichever ends first.
RuntimeRequest Asked(const IncomingCall& call, const Runtime& runtime, const Method& method,
                     const grpc::ByteBuffer& message);

}  // namespace crimux::proxy
