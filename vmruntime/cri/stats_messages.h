#pragma once

#include "runtime/v1/api.pb.h"
#include "vmruntime/cri/pod_figures.h"

namespace crimux::vm {

// Figures as the CRI has them. `attributes` and all timestamps are always there, and of a sandbox
// `linux` and its cpu and memory too: the kubelet reads them unchecked.

// Of a container that doesn't run: only what its disk takes. `containers` is the folder that
// ImageFsInfo names as the containers' file system.
runtime::v1::ContainerStats StatsOf(const MeasuredContainer& container,
                                    const std::filesystem::path& containers);

// A pod takes what its containers take; one whose machine doesn't run, nothing.
runtime::v1::PodSandboxStats StatsOf(const MeasuredPod& pod,
                                     const std::filesystem::path& containers);

}  // namespace crimux::vm
