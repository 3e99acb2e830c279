#pragma once

#include <filesystem>

#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// What a resolv.conf(5) says. Servers on loopback are left out: a guest that asked them would ask
// itself. Nothing when the file can't be read.
DnsSettings ReadResolvConf(const std::filesystem::path& file);

}  // namespace crimux::vm
