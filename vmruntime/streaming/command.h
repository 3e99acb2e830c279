#pragma once

#include "vmruntime/streaming/command_status.h"
#include "vmruntime/streaming/handlers.h"

namespace crimux::vm::streaming {

enum class CommandKind { kExec, kAttach };

struct Command {
  CommandKind kind = CommandKind::kExec;
  CommandRequest request;
};

// Has the handler run the command; then closes the output, and tells its end on the error stream.
// Throws boost::system::system_error when the client goes away before.
Awaitable<void> RunCommand(Handlers& handlers, const Command& command, CommandStreams streams,
                           OutputStream& error, StatusForm form);

}  // namespace crimux::vm::streaming
