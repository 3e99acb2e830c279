#pragma once

#include <optional>

#include "vmruntime/annotations/share_options.h"
#include "vmruntime/pod/rooms.h"

namespace crimux::vm {

// The share that a container's mounts ask for. nullopt: none, because the pod's annotation says so,
// or because there is nothing but the hosts file and the termination log that the kubelet gives
// every container, which cost more than they are worth to a guest that doesn't know of them. Throws
// Error (INVALID_ARGUMENT) that names a mount which a VM can't have.
std::optional<ShareRequest> VolumesOf(const state::ContainerRecord& container,
                                      const ShareOptions& options, const Layout& layout);

// The same as the machine's device.
std::optional<ShareSpec> ShareDevice(const std::optional<ShareRequest>& volumes);

}  // namespace crimux::vm
