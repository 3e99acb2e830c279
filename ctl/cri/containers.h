#pragma once

#include <string>

#include "ctl/cri/client.h"

namespace crimux::ctl {

// The container that `name` names in the pod (see FindSandbox), or with "" its only one; of several
// attempts the latest. Throws Error: NOT_FOUND, or INVALID_ARGUMENT with their names when it takes
// one to choose.
runtime::v1::Container FindContainer(CriClient& client, const std::string& pod,
                                     const std::string& name);

}  // namespace crimux::ctl
