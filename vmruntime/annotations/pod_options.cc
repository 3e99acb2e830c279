#include "vmruntime/annotations/pod_options.h"

#include <algorithm>

namespace crimux::vm {
namespace {

bool WantsIde(const DiskOptions& disks) {
  bool extra = std::ranges::count(disks.disks, DiskBus::kIde, [](const ExtraDisk& disk) {
                 return disk.bus.value_or(DiskBus::kVirtio);
               }) > 0;
  return disks.bus == DiskBus::kIde || extra;
}

// What one room's options mean for another's.
void Settle(const AnnotationReader& reader, PodOptions& options) {
  if (options.machine.windows && !options.disks.bus) options.disks.bus = DiskBus::kSata;
  if (!WantsIde(options.disks)) return;
  if (options.machine.machine == MachineType::kQ35) {
    reader.Refuse(annotation::kMachine, "q35 has no IDE; the disks ask for it");
  }
  if (options.machine.platform.firmware == Firmware::kUefiSecureBoot) {
    reader.Refuse(annotation::kSecureBoot, "there is none with IDE disks, which need machine pc");
  }
  options.machine.platform.machine = MachineType::kPc;
}

}  // namespace

PodOptions ReadPodOptions(const AnnotationMap& annotations) {
  AnnotationReader reader(annotations);
  reader.RefuseUnknown();
  MachineOptions machine = ReadMachineOptions(reader);
  PodOptions options{.machine = machine,
                     .nics = ReadNicOptions(reader, machine.windows),
                     .disks = ReadDiskOptions(reader),
                     .shares = ReadShareOptions(reader),
                     .guest = ReadGuestOptions(reader),
                     .exec = ReadExecOptions(reader)};
  Settle(reader, options);
  return options;
}

}  // namespace crimux::vm
