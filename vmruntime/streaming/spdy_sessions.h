#pragma once

#include <chrono>
#include <string_view>

#include "vmruntime/streaming/command.h"
#include "vmruntime/streaming/transport.h"

namespace crimux::vm::streaming {

struct SessionTimes {
  // For the client to open its streams.
  std::chrono::milliseconds creation{30'000};
  // Nothing goes either way.
  std::chrono::milliseconds idle{4 * 3600 * 1000};
  // See SpdyLimits.
  std::chrono::milliseconds stall{30'000};
};

// One session over SPDY, from behind its upgrade until client or command have come to their end.
// What goes wrong there is thrown, as boost::system::system_error or Error.

// `version`: of the protocol, 1 to 5 (v1 is "channel.k8s.io").
Awaitable<void> ServeSpdyCommand(Transport& transport, const Command& command, int version,
                                 Handlers& handlers, SessionTimes times);
Awaitable<void> ServeSpdyPortForward(Transport& transport, const PortForwardRequest& request,
                                     Handlers& handlers, SessionTimes times);

}  // namespace crimux::vm::streaming
