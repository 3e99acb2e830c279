#pragma once

#include <optional>
#include <string>

#include "vmruntime/network/cni/cni_result.h"
#include "vmruntime/network/spec/pod_network.h"
#include "vmruntime/pci/pci_functions.h"

namespace crimux::vm {

// A pod's interface that is an SR-IOV function.
struct FunctionCard {
  GuestInterface card;
  bool is_link = false;  // in the pod's namespace
};

// Whether the interface is a virtual function of a network card of the node: by what the result
// says of it, else by the device of the link in the calling thread's namespace. Its addresses are
// those of the link, if it is one, else the result's. A link of a function that is not a virtual
// one is a link as any other, whatever the result calls it.
std::optional<FunctionCard> FindFunctionCard(const CniResult& result, const std::string& interface,
                                             const PciFunctions& functions);

}  // namespace crimux::vm
