#pragma once

#include "vmruntime/annotations/annotation_reader.h"
#include "vmruntime/machine/domain/platform_spec.h"

namespace crimux::vm {

// The CPU that the annotations describe: whole (crimux.io/cpu, which wins), or by its model; and
// features beside both.
CpuSpec ReadCpu(const AnnotationReader& reader);

}  // namespace crimux::vm
