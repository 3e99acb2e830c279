#pragma once

#include <string>

#include "ctl/manifest/pod.h"

namespace crimux::ctl {

// The resolver of a pod: the node's (the text of its resolv.conf), or none of it with dnsPolicy
// None; then what dnsConfig adds. There is no cluster DNS, so ClusterFirst means the node's too, as
// it does to a kubelet without one.
DnsConfig PodDns(const Pod& pod, const std::string& resolv_conf);

}  // namespace crimux::ctl
