#pragma once

#include <vector>

#include "vmruntime/guest/mounted_data.h"
#include "vmruntime/guest/seed_spec.h"

namespace crimux::vm {

// Files that a ConfigMap or Secret describes: NAME holds the content, NAME_path where it goes in
// the guest, NAME_encoding "base64" (as without it) or "plain". Throws Error (INVALID_ARGUMENT)
// that names annotation, source and key.
void AddSourceFiles(const MountedData& data, std::vector<GuestFile>* files);

}  // namespace crimux::vm
