#pragma once

#include <string>
#include <utility>
#include <vector>

namespace crimux::vm {

using Environment = std::vector<std::pair<std::string, std::string>>;

// A container's environment as lines of NAME=value. A value that is more than letters, digits and
// the like stands in double quotes, as sh and systemd's EnvironmentFile= both read them. Of equal
// names the last one counts. Names that are no shell variable's are left out, since a shell that
// reads the file would run them; `left_out` gets them.
std::string EnvironmentFile(const Environment& environment, std::vector<std::string>* left_out);

}  // namespace crimux::vm
