#pragma once

#include <cstdint>

#include "ctl/manifest/pod.h"
#include "runtime/v1/api.pb.h"

namespace crimux::ctl {

// What the kubelet makes of a container's requests and limits: CPU shares of the request, a quota
// of the limit per 100 ms, the memory limit, and the OOM score of the pod's QoS class.
runtime::v1::LinuxContainerResources ToLinuxResources(const Pod& pod, const Container& container,
                                                      int64_t memory_capacity);

}  // namespace crimux::ctl
