#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vmruntime/exec/ssh_connection.h"
#include "vmruntime/streaming/handlers.h"

namespace crimux::vm {

// Runs a command in the guest over the connection, and copies its streams until it has ended; its
// exit code, or 128 + the number of the signal that ended it. When it is cancelled, the command is
// killed. Throws Error: UNAVAILABLE when the connection breaks, FAILED_PRECONDITION when the guest
// refuses the session, the terminal or the command.
Awaitable<int> RunOverSsh(std::shared_ptr<SshConnection> connection,
                          const std::vector<std::string>& command, bool tty,
                          streaming::CommandStreams streams);

// The words as a POSIX shell has to be given them, since SSH has one string for a command: each in
// single quotes, and the command in place of the shell, so that a signal reaches it.
std::string ShellLine(const std::vector<std::string>& command);

}  // namespace crimux::vm
