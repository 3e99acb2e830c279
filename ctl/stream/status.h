#pragma once

#include <string>

namespace crimux::ctl {

// The exit code in the status with which a session of protocol v4 or v5 ends (meta/v1's Status as
// JSON). Throws Error (INTERNAL) with its words when it tells of a failure instead, or is none.
int ExitCodeOf(const std::string& status);

}  // namespace crimux::ctl
