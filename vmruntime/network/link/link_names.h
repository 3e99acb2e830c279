#pragma once

#include <string>

namespace crimux::vm {

// The names of the links that are made for card `index` of a VM.
std::string TapName(int index);
// Of the bridge, or what else the card's DHCP server is on.
std::string BridgeName(int index);

// Whether a link's name is one of these.
bool IsGuestLink(const std::string& name);

}  // namespace crimux::vm
