#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "vmruntime/network/pod_network.h"

namespace crimux::vm {

// What crimux needs of the result of ADD.
struct CniResult {
  // Interfaces in the pod's namespace, in the result's order; only `if_name` when it lists none.
  std::vector<std::string> interfaces;
  // Those of them that the result calls PCI functions (pciID, CNI 1.1), with what it says of them.
  std::vector<GuestInterface> functions;
  // The addresses of `if_name`, without prefix length, in the result's order.
  std::vector<std::string> ips;
};

// Throws Error (INTERNAL) for a result that is not as the specification has it, or has no address.
CniResult ParseCniResult(const boost::json::object& result, const std::string& if_name);

}  // namespace crimux::vm
