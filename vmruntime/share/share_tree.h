#pragma once

#include <vector>

#include "vmruntime/share/shared_mount.h"

namespace crimux::vm {

// Gives the calling thread a mount namespace of its own: what is mounted there, nobody else sees,
// and it is gone with the last process in it. The thread must end afterwards (see
// RunOnFreshThread).
void EnterPrivateMounts();

// Makes `root` (an empty directory) the tree of all mounts, each under its name, in the calling
// thread's own mount namespace: so that nothing has to be unmounted, whoever dies. The top is a
// tiny read-only file system, so that a guest can't fill the host's memory. Read-only is what the
// kernel holds, not what the guest is asked for; set-user-id bits and device nodes count for
// nothing. Throws Error that names the mount.
void MakeShareTree(const std::filesystem::path& root, const std::vector<SharedMount>& mounts);

}  // namespace crimux::vm
