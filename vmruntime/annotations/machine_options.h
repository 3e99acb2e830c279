#pragma once

#include <optional>

#include "vmruntime/annotations/annotation_reader.h"

namespace crimux::vm {

// What a VM has for hardware, apart from disks and network cards.
struct MachineOptions {
  // nullopt: by the CPU limit.
  std::optional<unsigned> vcpus;
};

MachineOptions ReadMachineOptions(const AnnotationReader& reader);

}  // namespace crimux::vm
