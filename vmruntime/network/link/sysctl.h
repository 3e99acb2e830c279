#pragma once

#include <string>

namespace crimux::vm {

// Settings below /proc/sys/net, which shows the namespace of the thread that opens it. A setting
// that this kernel does not have is none to worry about. Throw Error.

// `name`: "ipv4/ip_forward".
void SetSysctl(const std::string& name, const std::string& value);
// Empty without it.
std::string Sysctl(const std::string& name);

// Nothing that the host's kernel says for itself may show up between a guest and its network: no
// forwarding, no iptables for bridged frames.
void QuietNamespace();

void DisableIpv6(const std::string& link);

// For addresses that are laid down alone: none that the link makes up, and no question whether
// somebody else has them. It answers for them as a router: guests take one that says it isn't for
// none (RFC 4861, 7.2.5).
void EnableIpv6(const std::string& link);

}  // namespace crimux::vm
