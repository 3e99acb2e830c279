#pragma once

#include <string>
#include <vector>

#include "vmruntime/annotations/nic_options.h"
#include "vmruntime/machine/domain/nic_spec.h"
#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// What the pod's annotations say of its cards and its bandwidth, on the way to its network ...
void RequestNics(const NicOptions& options, NetworkRequest* request);

// ... and to its machine: one card for each interface, in this order.
std::vector<NicSpec> NicSpecs(const PodNetwork& network, const NicOptions& options);

// The vhost-user sockets among the cards.
std::vector<std::string> VhostSockets(const PodNetwork& network);

}  // namespace crimux::vm
