#pragma once

#include "ctl/manifest/pod.h"
#include "runtime/v1/api.pb.h"

namespace crimux::ctl {

// The container's security context over the pod's, with the kubelet's defaults: masked and
// read-only paths, no seccomp profile, privilege escalation allowed.
runtime::v1::LinuxContainerSecurityContext ToContainerSecurity(const Pod& pod,
                                                               const Container& container);

}  // namespace crimux::ctl
