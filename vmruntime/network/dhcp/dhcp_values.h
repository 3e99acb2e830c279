#pragma once

#include <string>
#include <vector>

#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// What a pod says that may stand in a configuration of dnsmasq. The rest is left out, with a
// warning in the log.

// DHCP's host name is one label; empty when the pod's can't be one.
std::string HostLabel(const PodIdentity& pod);
// Those of one family.
std::vector<std::string> UsableServers(const DnsSettings& dns, bool v6);
std::vector<std::string> UsableSearches(const DnsSettings& dns);

}  // namespace crimux::vm
