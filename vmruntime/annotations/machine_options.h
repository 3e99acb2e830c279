#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "vmruntime/annotations/annotation_reader.h"
#include "vmruntime/machine/domain/platform_spec.h"

namespace crimux::vm {

// What a VM has for hardware, apart from disks.
struct MachineOptions {
  // nullopt: by the CPU limit.
  std::optional<unsigned> vcpus;
  // What the VM can grow to while it runs, in vCPUs and bytes. nullopt: no more than it starts
  // with.
  std::optional<unsigned> max_vcpus;
  std::optional<uint64_t> max_memory;
  // SMBIOS' and libvirt's, in lower case; empty: derived.
  std::string uuid;
  // Without nvram.
  PlatformSpec platform;
  // nullopt: q35, or whatever the disks need.
  std::optional<MachineType> machine;
  // All defaults are those that a Windows without further drivers boots with.
  bool windows = false;
};

MachineOptions ReadMachineOptions(const AnnotationReader& reader);

}  // namespace crimux::vm
