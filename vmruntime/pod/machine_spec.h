#pragma once

#include "vmruntime/annotations/annotation_reader.h"
#include "vmruntime/pod/rooms.h"

namespace crimux::vm {

AnnotationMap AnnotationsOf(const runtime::v1::PodSandboxConfig& pod);

// The machine that a container is, but for the disks that MakeDisks makes. Throws INVALID_ARGUMENT
// for limits that no machine can have (see SizeOf), and for annotations that are wrong.
MachineSpec MakeMachineSpec(const state::ContainerRecord& container,
                            const state::SandboxRecord& sandbox, const Rooms& rooms);

}  // namespace crimux::vm
