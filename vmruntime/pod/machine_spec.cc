#include "vmruntime/pod/machine_spec.h"

#include "vmruntime/annotations/libvirt_xml.h"
#include "vmruntime/annotations/pod_options.h"
#include "vmruntime/pod/container_disks.h"
#include "vmruntime/pod/machine_identity.h"
#include "vmruntime/pod/machine_size.h"
#include "vmruntime/pod/network_record.h"
#include "vmruntime/pod/nics.h"
#include "vmruntime/pod/volumes.h"

namespace crimux::vm {
namespace {

// UEFI's variables lie with the root disk, or instead of it.
PlatformSpec Platform(const state::ContainerRecord& container, const state::SandboxRecord& sandbox,
                      const PodOptions& options, const Layout& layout) {
  PlatformSpec platform = options.machine.platform;
  if (platform.firmware == Firmware::kBios) return platform;
  platform.nvram = (options.disks.keep_root ? KeptFolder(container, sandbox, layout)
                                            : layout.Container(container.id())) /
                   "nvram.fd";
  return platform;
}

// On the root disk's bus, since that is one that the guest's system knows from the start; virtio
// has no CD-ROMs, and guests find the seed by its label on any disk.
DiskSpec SeedDisk(const std::filesystem::path& file, DiskBus bus) {
  return {.file = file,
          .format = "raw",
          .readonly = true,
          .device = bus == DiskBus::kVirtio ? DiskDevice::kDisk : DiskDevice::kCdrom,
          .bus = bus,
          .bootable = false};
}

}  // namespace

AnnotationMap AnnotationsOf(const runtime::v1::PodSandboxConfig& pod) {
  return {pod.annotations().begin(), pod.annotations().end()};
}

MachineSpec MakeMachineSpec(const state::ContainerRecord& container,
                            const state::SandboxRecord& sandbox, const Rooms& rooms) {
  const AnnotationMap annotations = AnnotationsOf(sandbox.config());
  const PodOptions options = ReadPodOptions(annotations);
  const MachineSize size =
      SizeOf(container.config().linux().resources(), options.machine, rooms.config);
  MachineSpec spec{.name = container.id(),
                   .uuid = MachineUuid(container, sandbox, options, rooms.layout),
                   .vcpus = size.vcpus,
                   .max_vcpus = size.max_vcpus,
                   .memory = size.memory,
                   .platform = Platform(container, sandbox, options, rooms.layout)};
  spec.patches = ReadLibvirtXml(AnnotationReader(annotations), rooms.config.libvirt_xml_elements);
  if (options.guest.seed != SeedFormat::kNone) {
    DiskBus bus = options.disks.bus.value_or(DiskBus::kVirtio);
    spec.disks.push_back(SeedDisk(rooms.layout.Seed(container.id()), bus));
  }
  if (options.guest.ignition || options.guest.ignition_source) {
    // Where Ignition looks for it in QEMU.
    spec.firmware_files.push_back({"opt/com.coreos/config", rooms.layout.Ignition(container.id())});
  }
  spec.nics = NicSpecs(FromRecord(sandbox.network()), options.nics);
  spec.share = ShareDevice(VolumesOf(container, options.shares, rooms.layout));
  spec.console_socket = rooms.layout.ConsoleSocket(container.id());
  spec.console_log = rooms.layout.Console(container.id());
  return spec;
}

}  // namespace crimux::vm
