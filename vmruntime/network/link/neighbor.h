#pragma once

#include <chrono>
#include <string>

namespace crimux::vm {

// The MAC address of a neighbor on a link of the calling thread's namespace, as the kernel finds it
// out. Empty when it doesn't answer in time. Throws Error (INTERNAL).
std::string NeighborMac(const std::string& link, const std::string& ip,
                        std::chrono::milliseconds patience);

}  // namespace crimux::vm
