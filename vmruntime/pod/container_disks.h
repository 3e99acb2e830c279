#pragma once

#include <string>
#include <vector>

#include "vmruntime/annotations/pod_options.h"
#include "vmruntime/image/image_store.h"
#include "vmruntime/pod/rooms.h"

namespace crimux::vm {

// PodDisks' key of the sandbox's pod.
std::string PodDisksKey(const state::SandboxRecord& sandbox);

// Where the pod keeps what belongs to the container.
std::filesystem::path KeptFolder(const state::ContainerRecord& container,
                                 const state::SandboxRecord& sandbox, const Layout& layout);

// Where the container's root disk is: among those that the pod keeps, in the container's folder, or
// on the block device whose path in the container is "/".
std::filesystem::path RootDiskOf(const state::ContainerRecord& container,
                                 const state::SandboxRecord& sandbox, const DiskOptions& options,
                                 const Layout& layout);

// Makes what the container has for disks, or finds it again, in the machine's order: CD-ROMs to
// boot from, the root disk, extra disks, block devices, other CD-ROMs. Its folder is there;
// container.root_disk() is RootDiskOf's. The caller holds the pod's lock. Throws Error: what names
// no block device or no file is INVALID_ARGUMENT, a device that another VM writes
// FAILED_PRECONDITION.
std::vector<DiskSpec> MakeDisks(const state::ContainerRecord& container,
                                const state::SandboxRecord& sandbox, const DiskOptions& options,
                                const StoredImage& image, const Rooms& rooms);

// Removes what the pod has kept, unless another sandbox of the same pod is there.
void RemovePodDisks(const state::SandboxRecord& sandbox, const Rooms& rooms);

}  // namespace crimux::vm
