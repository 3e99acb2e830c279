#pragma once

#include <sys/types.h>

#include <string>

namespace crimux::vm {

// Creates a persistent tap in the calling thread's namespace, which `owner` may open (beside root).
// It has virtio-net headers, and one queue or any number of them: whoever opens it must ask for the
// same. It stays until it is deleted as a link, or with its namespace. Throws Error.
void CreateTap(const std::string& name, uid_t owner, bool many_queues);

// The id of a user of this host. Throws Error (INTERNAL) when there is none of this name.
uid_t UserId(const std::string& name);

}  // namespace crimux::vm
