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

// The files among them, wherever they go by the seed or by the guest's agent.
std::vector<GuestFile> GuestFilesOf(const state::ContainerRecord& container,
                                    const state::SandboxRecord& sandbox,
                                    const GuestOptions& options);

// Writes the seed's image, which only QEMU's user may read. Throws Error; nothing is left then.
void WriteSeed(const std::filesystem::path& file, const SeedSpec& spec, Owner qemu);

// The same with a configuration for Ignition, if the pod has one.
void WriteIgnition(const std::filesystem::path& file, const state::ContainerRecord& container,
                   const GuestOptions& options, Owner qemu);

}  // namespace crimux::vm
