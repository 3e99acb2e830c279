#include "vmruntime/annotations/pod_options.h"

namespace crimux::vm {

PodOptions ReadPodOptions(const AnnotationMap& annotations) {
  AnnotationReader reader(annotations);
  reader.RefuseUnknown();
  return {.machine = ReadMachineOptions(reader),
          .disks = ReadDiskOptions(reader),
          .shares = ReadShareOptions(reader),
          .guest = ReadGuestOptions(reader),
          .exec = ReadExecOptions(reader)};
}

}  // namespace crimux::vm
