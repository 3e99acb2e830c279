#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vmruntime/guest/seed_spec.h"

namespace crimux::vm {

// The bytes of an ISO 9660 image with these files (Rock Ridge and Joliet names) under a volume
// label. Made in memory, in this process; any thread. Throws Error.
std::string MakeIso(std::string_view label, const std::vector<SeedFile>& files);

}  // namespace crimux::vm
