#include "vmruntime/pod/machine_spec.h"

#include <fmt/format.h>

#include "base/error.h"
#include "vmruntime/annotations/libvirt_xml.h"
#include "vmruntime/annotations/pod_options.h"
#include "vmruntime/pod/container_disks.h"
#include "vmruntime/pod/machine_identity.h"
#include "vmruntime/pod/network_record.h"
#include "vmruntime/pod/nics.h"
#include "vmruntime/pod/volumes.h"

namespace crimux::vm {
namespace {

constexpr uint64_t kMiB = 1ULL << 20;
constexpr uint64_t kLeastMemory = 16 * kMiB;
constexpr int64_t kMostVcpus = 255;

using Resources = runtime::v1::LinuxContainerResources;

unsigned Vcpus(const Resources& resources) {
  if (resources.cpu_quota() <= 0 || resources.cpu_period() <= 0) return 1;
  int64_t whole = resources.cpu_quota() / resources.cpu_period();
  int64_t vcpus = whole + (resources.cpu_quota() % resources.cpu_period() != 0 ? 1 : 0);
  if (vcpus > kMostVcpus) {
    throw Error(grpc::StatusCode::INVALID_ARGUMENT, "create container", "resources.limits.cpu",
                fmt::format("{} vCPUs; a VM can have {}", vcpus, kMostVcpus));
  }
  return static_cast<unsigned>(vcpus);
}

uint64_t Memory(const Resources& resources, const VmConfig& config) {
  if (resources.memory_limit_in_bytes() <= 0) return config.default_memory;
  auto memory = static_cast<uint64_t>(resources.memory_limit_in_bytes());
  if (memory < kLeastMemory) {
    throw Error(grpc::StatusCode::INVALID_ARGUMENT, "create container", "resources.limits.memory",
                fmt::format("{} bytes; a VM needs at least {}", memory, kLeastMemory));
  }
  return memory / kMiB * kMiB;
}

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
  const Resources& resources = container.config().linux().resources();
  const AnnotationMap annotations = AnnotationsOf(sandbox.config());
  const PodOptions options = ReadPodOptions(annotations);
  MachineSpec spec{.name = container.id(),
                   .uuid = MachineUuid(container, sandbox, options, rooms.layout),
                   .vcpus = options.machine.vcpus.value_or(Vcpus(resources)),
                   .memory = Memory(resources, rooms.config),
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
