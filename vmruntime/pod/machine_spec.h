#pragma once

#include "vmruntime/annotations/annotation_reader.h"
#include "vmruntime/pod/rooms.h"

namespace crimux::vm {

AnnotationMap AnnotationsOf(const runtime::v1::PodSandboxConfig& pod);

// The machine that a container is, but for the disks that MakeDisks makes. vCPUs: by annotation,
// else the CPU limit (quota / period) rounded up, at least 1. Memory: the memory limit, else the
// config's default. Throws INVALID_ARGUMENT for limits that no machine can have, and for
// annotations that are wrong.
MachineSpec MakeMachineSpec(const state::ContainerRecord& container,
                            const state::SandboxRecord& sandbox, const Rooms& rooms);

}  // namespace crimux::vm
