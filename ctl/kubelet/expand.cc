#include "ctl/kubelet/expand.h"

namespace crimux::ctl {

std::string Expand(std::string_view text, const std::map<std::string, std::string>& variables) {
  std::string result;
  while (!text.empty()) {
    size_t dollar = text.find('$');
    result += text.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    text.remove_prefix(dollar);
    size_t taken = 1;
    std::string replacement = "$";
    if (text.starts_with("$$")) {
      taken = 2;
    } else if (size_t end = text.find(')'); text.starts_with("$(") && end != text.npos) {
      auto variable = variables.find(std::string(text.substr(2, end - 2)));
      taken = end + 1;
      replacement = variable == variables.end() ? text.substr(0, taken) : variable->second;
    }
    result += replacement;
    text.remove_prefix(taken);
  }
  return result;
}

}  // namespace crimux::ctl
