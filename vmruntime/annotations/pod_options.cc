#include "vmruntime/annotations/pod_options.h"

namespace crimux::vm {

PodOptions ReadPodOptions(const AnnotationMap& annotations) {
  AnnotationReader reader(annotations);
  reader.RefuseUnknown();
  return {.machine = ReadMachineOptions(reader),
          .shares = ReadShareOptions(reader),
          .guest = ReadGuestOptions(reader)};
}

}  // namespace crimux::vm
