#pragma once

#include <string>

namespace crimux::vm {

// Whether RunProcess would find this program in PATH.
bool ProgramInPath(const std::string& name);

}  // namespace crimux::vm
