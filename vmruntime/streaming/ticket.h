#pragma once

#include <variant>

#include "vmruntime/streaming/command.h"

namespace crimux::vm::streaming {

// What a URL stands for.
using Ticket = std::variant<Command, PortForwardRequest>;

}  // namespace crimux::vm::streaming
