#pragma once

#include <vector>

#include "vmruntime/guest/pod_mounts.h"
#include "vmruntime/guest/seed_spec.h"

namespace crimux::vm {

// Whether AddWrittenMounts takes it. Such a mount is not mounted as well: what is written would go
// into the volume.
bool IsWrittenMount(const std::filesystem::path& host_path);

// The files of mounted ConfigMaps and Secrets, and single files mounted by subPath, as they are
// now: for guests that can mount no share. Those of ConfigMaps get mode 0644, all others 0600.
// Throws Error that names the file.
void AddWrittenMounts(const PodMounts& mounts, std::vector<GuestFile>* files);

}  // namespace crimux::vm
