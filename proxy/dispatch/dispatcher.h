#pragma once

#include <memory>

#include "proxy/dispatch/backends.h"
#include "proxy/dispatch/incoming_call.h"

namespace crimux::proxy {

// Starts the operation that the method table names for a call. The caller keeps it alive until the
// call is answered; it may be answered already on return.
std::unique_ptr<Operation> StartOperation(IncomingCall& call, Backends& backends);

}  // namespace crimux::proxy
