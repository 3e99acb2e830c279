#pragma once

#include "vmruntime/annotations/guest_options.h"
#include "vmruntime/guest/pod_mounts.h"
#include "vmruntime/guest/seed_spec.h"

namespace crimux::vm {

// Fills in what annotations say of user-data, meta-data and keys, with what they have from the
// pod's mounts. Throws Error (INVALID_ARGUMENT) that names the annotation.
void AddUserData(const GuestOptions& options, const PodMounts& mounts, SeedSpec* spec);

// The configuration for Ignition that the annotations give or name; empty: none. Throws as above.
std::string IgnitionConfig(const GuestOptions& options, const PodMounts& mounts);

}  // namespace crimux::vm
