#pragma once

#include <filesystem>
#include <string>

#include "vmruntime/machine/connection.h"

namespace crimux::vm {

// See Hypervisor; `name` is the domain's, for errors.
std::string TakeScreenshot(virConnectPtr connection, virDomainPtr domain, const std::string& name);
std::filesystem::path FindVncSocket(virDomainPtr domain, const std::string& name);

}  // namespace crimux::vm
