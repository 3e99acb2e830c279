#include "vmruntime/pod/container_disks.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/fault_point.h"
#include "vmruntime/disk/disk_file.h"
#include "vmruntime/disk/disk_serial.h"
#include "vmruntime/disk/persistent_root.h"
#include "vmruntime/disk/pod_disks.h"
#include "vmruntime/pod/cdroms.h"
#include "vmruntime/pod/container_devices.h"
#include "vmruntime/pod/machine_identity.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;
using state::ContainerRecord;
using state::SandboxRecord;

// Makes the disks of one container, group by group.
class Maker {
 public:
  Maker(const ContainerRecord& container, const SandboxRecord& sandbox, const DiskOptions& options,
        const StoredImage& image, const Rooms& rooms)
      : container_(container),
        options_(options),
        image_(image),
        rooms_(rooms),
        kept_folder_(KeptFolder(container, sandbox, rooms.layout)),
        devices_(MakeDevices(container, rooms)) {}

  std::vector<DiskSpec> Make() {
    AddCdroms(/*boot=*/true);
    disks_.push_back(MakeRoot());
    for (const ExtraDisk& disk : options_.disks) AddExtraDisk(disk);
    for (const ContainerDevice& device : devices_) {
      if (device.container_path != kRootDevicePath && !IsCdrom(device)) AddDevice(device);
    }
    AddCdroms(/*boot=*/false);
    return std::move(disks_);
  }

 private:
  DiskSpec Plain() const {
    return {.bus = options_.bus.value_or(DiskBus::kVirtio),
            .cache = options_.cache,
            .io = options_.io,
            .discard = options_.discard};
  }

  DiskSpec MakeRoot() {
    DiskSpec disk = Plain();
    disk.file = container_.root_disk();
    auto device = std::ranges::find(devices_, kRootDevicePath, &ContainerDevice::container_path);
    if (device != devices_.end()) {
      UsePersistentRoot(*device, disk);
    } else if (!options_.keep_root) {
      CreateRootDisk(disk.file, image_, options_.root_size, rooms_.qemu);
    } else {
      FindOrMakeKeptRoot(disk.file);
    }
    return disk;
  }

  void UsePersistentRoot(const ContainerDevice& device, DiskSpec& disk) {
    if (device.readonly) {
      throw Error(StatusCode::INVALID_ARGUMENT, "use persistent root disk", device.container_path,
                  "the volume is read-only");
    }
    PersistentRoot root =
        PreparePersistentRoot(device.node, device.container_path, image_, rooms_.config);
    disk.format = "raw";
    disk.source = DiskSource::kBlock;
    disk.offset = root.offset;
    disk.size = root.size;
  }

  // A disk over another image goes: the manifest's image was changed.
  void FindOrMakeKeptRoot(const std::filesystem::path& file) {
    MakeDirectory(kept_folder_, 0711);
    if (!std::filesystem::exists(file)) {
      CreateRootDisk(file, image_, options_.root_size, rooms_.qemu);
    }
    PodDisks(rooms_.layout.Disks()).RemoveOtherRoots(kept_folder_, image_.digest);
  }

  void AddExtraDisk(const ExtraDisk& extra) {
    DiskSpec disk = Plain();
    disk.bus = extra.bus.value_or(disk.bus);
    disk.file = kept_folder_ / ("disk-" + extra.name + ".qcow2");
    disk.bootable = false;
    SetSerial(disk, extra.name, extra.name);
    MakeDirectory(kept_folder_, 0711);
    if (!std::filesystem::exists(disk.file)) {
      CreateEmptyDisk(disk.file, extra.size, rooms_.qemu);
    }
    disks_.push_back(std::move(disk));
  }

  void AddDevice(const ContainerDevice& device) {
    DiskSpec disk = Plain();
    disk.file = device.node;
    disk.format = "raw";
    disk.readonly = device.readonly;
    disk.source = DiskSource::kBlock;
    disk.bootable = false;
    SetSerial(disk, DiskSerial(device.container_path), device.container_path);
    disks_.push_back(std::move(disk));
  }

  void SetSerial(DiskSpec& disk, const std::string& serial, const std::string& shown) {
    if (!serials_.insert(serial).second) {
      throw Error(StatusCode::INVALID_ARGUMENT, "add disk", shown,
                  "another disk of the pod has the same serial number, " + serial);
    }
    disk.serial = serial;
  }

  void AddCdroms(bool boot) {
    for (DiskSpec& disk : MakeCdroms(container_, options_.cdroms, devices_, boot, rooms_)) {
      disks_.push_back(std::move(disk));
    }
  }

  bool IsCdrom(const ContainerDevice& device) const {
    return std::ranges::count(options_.cdroms, device.container_path, &Cdrom::device) > 0;
  }

  const ContainerRecord& container_;
  const DiskOptions& options_;
  const StoredImage& image_;
  const Rooms& rooms_;
  const std::filesystem::path kept_folder_;
  const std::vector<ContainerDevice> devices_;
  std::set<std::string> serials_;
  std::vector<DiskSpec> disks_;
};

// Of PodLocks, beside the sandboxes' own.
std::string LockOf(const std::string& pod_key) { return "disks-" + pod_key; }

// Two sandboxes of one pod: a node that was rebooted, or a client that does as it likes.
void RequireRootFree(const ContainerRecord& container, const std::string& pod_key,
                     const Rooms& rooms) {
  for (const ContainerRecord& other : rooms.registry.Containers()) {
    if (other.id() == container.id() || other.state() != ContainerRecord::RUNNING) continue;
    auto sandbox = rooms.registry.FindSandbox(other.sandbox_id());
    if (!sandbox || PodDisksKey(*sandbox) != pod_key) continue;
    throw Error(StatusCode::FAILED_PRECONDITION, "use the pod's disks in container",
                container.config().metadata().name(),
                "container " + other.id() + " still has them");
  }
}

}  // namespace

std::string PodDisksKey(const SandboxRecord& sandbox) {
  const auto& metadata = sandbox.config().metadata();
  return PodDisks::KeyOf(metadata.uid(), metadata.namespace_(), metadata.name());
}

std::filesystem::path KeptFolder(const ContainerRecord& container, const SandboxRecord& sandbox,
                                 const Layout& layout) {
  return PodDisks(layout.Disks())
      .FolderOf(PodDisksKey(sandbox), container.config().metadata().name());
}

std::filesystem::path RootDiskOf(const ContainerRecord& container, const SandboxRecord& sandbox,
                                 const DiskOptions& options, const Layout& layout) {
  const auto& devices = container.config().devices();
  for (int i = 0; i < devices.size(); ++i) {
    if (devices[i].container_path() == kRootDevicePath) return DeviceNode(container, i, layout);
  }
  if (!options.keep_root) return layout.RootDisk(container.id());
  return KeptFolder(container, sandbox, layout) / PodDisks::RootName(container.image_ref());
}

std::vector<DiskSpec> MakeDisks(const ContainerRecord& container, const SandboxRecord& sandbox,
                                const DiskOptions& options, const StoredImage& image,
                                const Rooms& rooms) {
  const std::string key = PodDisksKey(sandbox);
  PodLocks::Guard guard = rooms.locks.Lock(LockOf(key));
  RequireRootFree(container, key, rooms);
  return Maker(container, sandbox, options, image, rooms).Make();
}

void RemovePodDisks(const SandboxRecord& sandbox, const Rooms& rooms) {
  const std::string key = PodDisksKey(sandbox);
  PodLocks::Guard guard = rooms.locks.Lock(LockOf(key));
  for (const SandboxRecord& other : rooms.registry.Sandboxes()) {
    if (other.id() != sandbox.id() && PodDisksKey(other) == key) return;
  }
  RemoveKeptTpms(sandbox, rooms);
  FaultPoint("remove-pod.tpms-removed");
  PodDisks(rooms.layout.Disks()).Remove(key);
}

}  // namespace crimux::vm
