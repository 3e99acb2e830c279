#pragma once

#include <memory>

#include "vmruntime/console/shared_console.h"
#include "vmruntime/streaming/handlers.h"

namespace crimux::vm {

// One person at a console: its last output and what comes, until the machine ends; what is typed
// goes to the guest. Whoever's input ends may still look on, but for a terminal, which has been
// left then (crictl's Ctrl-P Ctrl-Q). A terminal's size can't be told to a serial line, and is
// passed over. With `stdin_once` the console takes no more input once this one has gone.
Awaitable<void> AttachToConsole(std::shared_ptr<SharedConsole> console,
                                streaming::CommandStreams streams, bool tty, bool stdin_once);

}  // namespace crimux::vm
