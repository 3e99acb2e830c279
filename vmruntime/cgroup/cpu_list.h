#pragma once

#include <set>
#include <string>

namespace crimux::vm {

// "0-2,5" as numbers, as cpuset files have it (cpuset(7)). Throws Error (INVALID_ARGUMENT).
std::set<unsigned> ParseCpuList(const std::string& list);

}  // namespace crimux::vm
