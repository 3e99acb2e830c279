#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace crimux::vm {

// What crimux needs of the result of ADD.
struct CniResult {
  // Interfaces in the pod's namespace, in the result's order; only `if_name` when it lists none.
  std::vector<std::string> interfaces;
  // The addresses of `if_name`, without prefix length, in the result's order.
  std::vector<std::string> ips;
};

// Throws Error (INTERNAL) for a result that is not as the specification has it, or has no address.
CniResult ParseCniResult(const boost::json::object& result, const std::string& if_name);

}  // namespace crimux::vm
