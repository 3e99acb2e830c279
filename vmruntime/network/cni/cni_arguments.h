#pragma once

#include <boost/json/object.hpp>

#include "vmruntime/network/cni/cni_plugin.h"
#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// What CNI plugins are told of a pod: id, namespace, CNI_ARGS with the K8S_POD_* names that other
// runtimes use. Throws Error (INVALID_ARGUMENT) when a value of the pod could pass for more than
// one argument.
CniAttachment CniAttachmentFor(const NetworkRequest& request);

// The values for CNI's capabilities portMappings, bandwidth and dns, as far as the pod has any, and
// for CNIDeviceInfoFile.
boost::json::object CniCapabilitiesFor(const NetworkRequest& request);

}  // namespace crimux::vm
