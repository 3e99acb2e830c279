#pragma once

#include <string>

#include "config/config.h"

namespace crimux::proxy {

// Refuses a config that a running crimux can't change to: the sockets, the folder of last known
// lists and the VM runtime's section stay as they are. Throws Error (FAILED_PRECONDITION), which
// names the first key in the way.
void CheckReloadable(const Config& running, const Config& next);

// What changes, for people: "runtime crio added; routes changed", or "nothing changed".
std::string DescribeChanges(const Config& running, const Config& next);

}  // namespace crimux::proxy
