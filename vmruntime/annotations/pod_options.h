#pragma once

#include "vmruntime/annotations/disk_options.h"
#include "vmruntime/annotations/exec_options.h"
#include "vmruntime/annotations/guest_options.h"
#include "vmruntime/annotations/machine_options.h"
#include "vmruntime/annotations/nic_options.h"
#include "vmruntime/annotations/share_options.h"

namespace crimux::vm {

// All that a pod's annotations say.
struct PodOptions {
  MachineOptions machine;
  NicOptions nics;
  DiskOptions disks;
  ShareOptions shares;
  GuestOptions guest;
  ExecOptions exec;
};

// Throws Error (INVALID_ARGUMENT) for the first annotation that is wrong: RunPodSandbox calls it,
// so that a pod with such an annotation doesn't even get a network.
PodOptions ReadPodOptions(const AnnotationMap& annotations);

}  // namespace crimux::vm
