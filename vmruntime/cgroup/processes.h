#pragma once

#include <cstdint>
#include <vector>

namespace crimux::vm {

// These and all their children, and theirs, that live now.
std::vector<int> WithDescendants(std::vector<int> pids);

// Whom the kernel kills first for want of memory: -1000 to 1000, as the kubelet reckons it for each
// class of pods. Who may not lower it (no CAP_SYS_RESOURCE) leaves it, with a warning.
void SetOomScore(const std::vector<int>& pids, int64_t score);

}  // namespace crimux::vm
