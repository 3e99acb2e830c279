#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vmruntime/network/cni/cni_result.h"
#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// Names of all links of the calling thread's namespace.
std::vector<std::string> LinkNames();

// The pod's interfaces in the calling thread's namespace, in the order of the VM's cards: those
// that the result tells of, and after them what else the plugins made, in its order of creation.
// Multus tells of the default network only, whatever else it connects the pod to. Devices that are
// no links, of which only a file told, come last. `before` are the links that were there before
// ADD. Ports of a bridge or a bond are no interfaces of the pod's.
std::vector<std::string> PodLinks(const CniResult& result, const std::vector<std::string>& before);

// The addresses that the result gives the pod, as its first interface has them. An address that
// names no interface in the result may be another one's (CNI-Genie's are), and is left out then.
// Throws Error (INTERNAL) for one that no interface has, or when none is left.
std::vector<std::string> PodIps(const CniResult& result,
                                const std::vector<GuestInterface>& interfaces);

// What the pod asks of its interface of this name.
const NicRequest& NicRequestFor(const NetworkRequest& request, const std::string& interface);

NicBinding BindingFor(const NetworkRequest& request, const std::string& interface);

// Throws Error (INVALID_ARGUMENT) when the pod asks for a binding of this very interface, which is
// `what` ("an SR-IOV function"). What it asks for all of them is for those that can.
void RefuseBindingOfDevice(const NetworkRequest& request, const std::string& interface,
                           std::string_view what);

// Throws Error (INVALID_ARGUMENT) when the pod asks for something of an interface that it hasn't.
void CheckNicRequests(const NetworkRequest& request, const std::vector<std::string>& interfaces);

}  // namespace crimux::vm
