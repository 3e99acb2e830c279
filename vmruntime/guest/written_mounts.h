#pragma once

#include <vector>

#include "vmruntime/guest/pod_mounts.h"
#include "vmruntime/guest/seed_spec.h"

namespace crimux::vm {

// The files of mounted ConfigMaps and Secrets, and single files mounted by subPath, as they are
// now: for guests that can mount no share. Those of ConfigMaps get mode 0644, all others 0600.
// Throws Error that names the file.
void AddWrittenMounts(const PodMounts& mounts, std::vector<GuestFile>* files);

}  // namespace crimux::vm
