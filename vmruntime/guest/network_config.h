#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// cloud-init's network configuration, version 2 (netplan's), for interfaces told apart by their MAC
// addresses. The guest calls them eth0, eth1, … in this order.
boost::json::object NetworkConfig(const std::vector<GuestInterface>& interfaces,
                                  const DnsSettings& dns);

// OpenStack's network_data.json for the same.
boost::json::object NetworkData(const std::vector<GuestInterface>& interfaces,
                                const DnsSettings& dns);

// All routes of an interface, with the gateways of its addresses.
std::vector<GuestRoute> RoutesOf(const GuestInterface& interface);

}  // namespace crimux::vm
