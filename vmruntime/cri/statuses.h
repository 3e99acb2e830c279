#pragma once

#include "runtime/v1/api.pb.h"
#include "vmruntime/image/image_store.h"
#include "vmruntime/state/records.pb.h"

namespace crimux::vm {

// Records as the CRI tells of them. A container that is being removed has exited, a sandbox that
// isn't ready has no address.
runtime::v1::ContainerState StateOf(const state::ContainerRecord& record);
runtime::v1::ContainerStatus StatusOf(const state::ContainerRecord& record,
                                      const ImageStore& images);
runtime::v1::PodSandboxState StateOf(const state::SandboxRecord& record);
runtime::v1::PodSandboxStatus StatusOf(const state::SandboxRecord& record);

}  // namespace crimux::vm
