#pragma once

#include <string>

#include "runtime/v1/api.pb.h"
#include "vmruntime/exec/node_key.h"

namespace crimux::vm {

// The private key at `path` in the container: a file below one of its mounts, out of which no link
// leads, since crimuxd may read everything on the node and a pod's author may not. Throws Error
// (FAILED_PRECONDITION) that says what is wrong with it.
SshKey ReadMountedKey(const runtime::v1::ContainerConfig& container, const std::string& path);

}  // namespace crimux::vm
