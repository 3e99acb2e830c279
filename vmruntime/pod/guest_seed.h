#pragma once

#include "vmruntime/annotations/pod_options.h"
#include "vmruntime/guest/seed_spec.h"
#include "vmruntime/pod/rooms.h"
#include "vmruntime/share/shares.h"

namespace crimux::vm {

// What the pod's manifest says to its guest: names, keys, network, environment, files, user data.
// `volumes` is the machine's share. Reads the pod's mounts. Throws Error (INVALID_ARGUMENT) that
// names the annotation.
SeedSpec MakeSeedSpec(const state::ContainerRecord& container, const state::SandboxRecord& sandbox,
                      const GuestOptions& options, const std::optional<ShareRequest>& volumes);

// Writes the seed's image, which only QEMU's user may read. Throws Error; nothing is left then.
void WriteSeed(const std::filesystem::path& file, const SeedSpec& spec, Owner qemu);

}  // namespace crimux::vm
