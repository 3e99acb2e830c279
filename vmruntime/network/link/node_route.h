#pragma once

#include <string>

namespace crimux::vm {

// Refuses an address to which a connection from the calling thread's namespace would leave the
// node, or not leave the namespace: the way to a pod leads over a link of the node's own, without a
// gateway, or with one that is the node itself. Throws Error (FAILED_PRECONDITION) that says where
// the way leads instead.
void RequireWayOnNode(const std::string& address);

}  // namespace crimux::vm
