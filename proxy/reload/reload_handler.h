#pragma once

#include <functional>
#include <string>

#include "config/config.h"

namespace crimux::proxy {

// Loads a config, hands it to `apply` (Proxy::Reload) and says what came of it; throws what loading
// and applying throw.
using ReloadHandler =
    std::function<std::string(const std::function<std::string(const Config&)>& apply)>;

}  // namespace crimux::proxy
