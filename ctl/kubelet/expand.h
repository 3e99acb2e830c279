#pragma once

#include <map>
#include <string>
#include <string_view>

namespace crimux::ctl {

// "$(NAME)" becomes the variable's value, "$$" becomes "$"; an unknown name stays as it is. This is
// how Kubernetes treats commands, arguments and values of variables.
std::string Expand(std::string_view text, const std::map<std::string, std::string>& variables);

}  // namespace crimux::ctl
