#pragma once

#include <string_view>
#include <vector>

#include "vmruntime/guest/seed_spec.h"

namespace crimux::vm {

// The files of a seed in the spec's format. Whatever the spec holds is encoded, so that no name or
// value can become more than it is. Empty for kNone.
std::vector<SeedFile> SeedFiles(const SeedSpec& spec);

// The label by which a guest finds the seed.
std::string_view SeedLabel(SeedFormat format);

}  // namespace crimux::vm
