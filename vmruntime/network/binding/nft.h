#pragma once

#include <string>

namespace crimux::vm {

// Has the calling thread's namespace take these nftables rules, all at once or none. Throws Error
// (INTERNAL).
void ApplyNftRules(const std::string& rules);

}  // namespace crimux::vm
