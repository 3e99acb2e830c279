#pragma once

#include <string>
#include <vector>

#include "vmruntime/network/link/ip.h"
#include "vmruntime/network/link/netlink.h"
#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// A network of two between a pod's namespace and a guest behind it, as CIDR.
struct PrivateNetwork {
  std::string gateway;  // "10.0.2.1/30"
  std::string guest;    // "10.0.2.2/30"
};

// Private networks that hide nothing from the guests that have them: none overlaps with what is on
// the pod's links and routes, or is near an address that the pod has or needs, nor with one
// another.
class PrivateNetworks {
 public:
  // Reads the calling thread's namespace, before any of the pod's links is changed.
  PrivateNetworks(Netlink& netlink, const DnsSettings& dns);

  // The next one of this family. Throws Error (FAILED_PRECONDITION) when all are taken.
  PrivateNetwork Take(bool v6);

 private:
  // A pod's address tells of its cluster's: others have those beside it.
  void AvoidAround(const std::string& address);
  bool TakeIfFree(const std::string& network);

  std::vector<Cidr> taken_;
};

}  // namespace crimux::vm
