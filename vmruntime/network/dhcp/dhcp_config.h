#pragma once

#include <filesystem>
#include <string>

#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// The files of a pod's DHCP server in its work folder.
std::filesystem::path DhcpConfigFile(const std::filesystem::path& work_dir);
std::filesystem::path DhcpPidFile(const std::filesystem::path& work_dir);

// Whether a card's guest is served: not on an SR-IOV function, which has no link here, nor on a
// macvtap that hears of no other link but by a switch.
bool HasDhcp(const GuestInterface& card);

// The configuration of the dnsmasq that serves a pod's guest: its own addresses to its own MACs,
// for ever, and nothing to anybody else, by DHCPv4, and DHCPv6 with router advertisements.
// Interface i is served on bridge i. Values of the
// pod that no configuration can hold (a search domain with a newline) are left out, with a warning
// in the log.
std::string DhcpConfig(const NetworkRequest& request, const PodNetwork& network);

}  // namespace crimux::vm
