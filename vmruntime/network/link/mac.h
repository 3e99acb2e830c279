#pragma once

#include <string>

namespace crimux::vm {

// A MAC address of nobody's: locally administered and unicast.
std::string RandomMac();

// Whether it is all zeros, as where none has been laid down.
bool IsNoMac(const std::string& mac);

}  // namespace crimux::vm
