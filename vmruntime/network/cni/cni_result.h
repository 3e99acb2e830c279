#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// What crimux needs of the result of ADD.
struct CniResult {
  // Interfaces in the pod's namespace, in the result's order; only `if_name` when it lists none.
  std::vector<std::string> interfaces;
  // What it says of each of them: name, MAC address, MTU (0: nothing), addresses, routes, and that
  // it is a PCI function (pciID, CNI 1.1) or a vhost-user socket (socketPath).
  std::vector<GuestInterface> cards;
  // The addresses of `if_name`, without prefix length, in the result's order.
  std::vector<std::string> ips;
};

// Throws Error (INTERNAL) for a result that is not as the specification has it, or has no address.
CniResult ParseCniResult(const boost::json::object& result, const std::string& if_name);

// What the result of an ADD for `if_name` says of that interface, which it may not even list.
GuestInterface ToldCard(const boost::json::object& result, const std::string& if_name);

}  // namespace crimux::vm
