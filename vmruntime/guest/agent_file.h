#pragma once

#include <functional>
#include <string>

#include "vmruntime/guest/seed_spec.h"

namespace crimux::vm {

// Sends one command of QEMU's guest agent, in JSON, and waits for the answer. Throws Error:
// UNAVAILABLE when the agent isn't there, FAILED_PRECONDITION when it refuses.
using AskAgent = std::function<std::string(const std::string& command)>;

// Writes a file in the guest by its agent (guest-file-open, -write, -close). Its folder and its
// mode are made by programs of the guest (guest-exec of mkdir, chmod); an agent that runs no
// programs needs the folder to be there, and leaves the file with the mode that it gives new files.
// Throws Error; the file may be there in part then.
void WriteByAgent(const AskAgent& agent, const GuestFile& file);

}  // namespace crimux::vm
