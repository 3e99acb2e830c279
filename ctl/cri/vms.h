#pragma once

#include <string>
#include <string_view>

#include "ctl/cri/client.h"

namespace crimux::ctl {

// The id of a container (see FindContainer) that is a VM of crimux, and runs. `operation` is what
// it is wanted for. Throws Error also FAILED_PRECONDITION for every other container.
std::string FindRunningVm(CriClient& client, const std::string& pod, const std::string& name,
                          std::string_view operation);

}  // namespace crimux::ctl
