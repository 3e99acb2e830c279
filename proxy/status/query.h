#pragma once

#include <map>
#include <string>
#include <string_view>

namespace crimux::proxy {

// The query of a request's target, "/page?name=value&other=…", with what is written in percent
// decoded; of a name that comes twice the last.
std::map<std::string, std::string> ParseQuery(std::string_view target);

}  // namespace crimux::proxy
