#include "vmruntime/pod/machine_spec.h"

#include <fmt/format.h>

#include "base/error.h"
#include "vmruntime/annotations/pod_options.h"
#include "vmruntime/pod/network_record.h"
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

// The first 128 bits of the id, in the form of a UUID.
std::string Uuid(const std::string& id) {
  return fmt::format("{}-{}-4{}-a{}-{}", id.substr(0, 8), id.substr(8, 4), id.substr(13, 3),
                     id.substr(17, 3), id.substr(20, 12));
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
  const PodOptions options = ReadPodOptions(AnnotationsOf(sandbox.config()));
  MachineSpec spec{.name = container.id(),
                   .uuid = Uuid(container.id()),
                   .vcpus = options.machine.vcpus.value_or(Vcpus(resources)),
                   .memory = Memory(resources, rooms.config)};
  if (options.guest.seed != SeedFormat::kNone) {
    DiskBus bus = options.disks.bus.value_or(DiskBus::kVirtio);
    spec.disks.push_back(SeedDisk(rooms.layout.Seed(container.id()), bus));
  }
  if (options.guest.ignition || options.guest.ignition_source) {
    // Where Ignition looks for it in QEMU.
    spec.firmware_files.push_back({"opt/com.coreos/config", rooms.layout.Ignition(container.id())});
  }
  for (const GuestInterface& interface : FromRecord(sandbox.network()).interfaces) {
    spec.nics.push_back({interface.tap, interface.mac, interface.mtu});
  }
  spec.share = ShareDevice(VolumesOf(container, options.shares, rooms.layout));
  spec.console_socket = rooms.layout.ConsoleSocket(container.id());
  spec.console_log = rooms.layout.Console(container.id());
  return spec;
}

}  // namespace crimux::vm
