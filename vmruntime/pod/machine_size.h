#pragma once

#include "config/config.h"
#include "runtime/v1/api.pb.h"
#include "vmruntime/annotations/machine_options.h"
#include "vmruntime/machine/domain/machine_spec.h"

namespace crimux::vm {

using Resources = runtime::v1::LinuxContainerResources;

// How many CPUs and how much memory a VM has.
struct MachineSize {
  unsigned vcpus = 1;
  unsigned max_vcpus = 1;
  MemorySpec memory;
};

// vCPUs: by annotation, else the CPU limit (quota / period) rounded up, at least 1. Memory: the
// limit of hugepages, if there is one; else the memory limit; else what the kubelet guarantees the
// container (memory.min of cgroup v2); else the config's default. Whole MiB. Throws
// INVALID_ARGUMENT that names what no machine can have.
MachineSize SizeOf(const Resources& resources, const MachineOptions& options,
                   const VmConfig& config);

}  // namespace crimux::vm
