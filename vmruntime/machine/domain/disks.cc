#include <map>

#include "vmruntime/machine/domain/boot_order.h"
#include "vmruntime/machine/domain/parts.h"
#include "vmruntime/machine/domain/words.h"

namespace crimux::vm {
namespace {

DiskBus BusOf(const DiskSpec& disk, MachineType machine) {
  bool impossible = disk.device == DiskDevice::kCdrom && disk.bus == DiskBus::kVirtio;
  if (!impossible) return disk.bus;
  return machine == MachineType::kPc ? DiskBus::kIde : DiskBus::kSata;
}

// libvirt's names: virtio disks are "vd", IDE's "hd", all others "sd".
const char* PrefixOf(DiskBus bus) {
  if (bus == DiskBus::kVirtio) return "vd";
  return bus == DiskBus::kIde ? "hd" : "sd";
}

// "a", …, "z", "aa", …
std::string Letters(size_t index) {
  std::string letters;
  for (size_t rest = index + 1; rest > 0; rest = (rest - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('a' + (rest - 1) % 26));
  }
  return letters;
}

// Hands out what each disk needs a number for.
class DiskNumbers {
 public:
  explicit DiskNumbers(const MachineSpec& spec) : boot_order_(spec) {}

  std::string Target(DiskBus bus) {
    const char* prefix = PrefixOf(bus);
    return prefix + Letters(targets_[prefix]++);
  }
  size_t NextBootOrder() { return boot_order_.NextDisk(); }
  size_t NextScsiUnit() { return scsi_units_++; }
  bool HasScsi() const { return scsi_units_ > 0; }

 private:
  std::map<std::string, size_t> targets_;
  BootOrder boot_order_;
  size_t scsi_units_ = 0;
};

// error_policy: when the host's disk is full the guest is told, as by a broken disk. QEMU would
// rather stop the machine until somebody resumes it, and nobody here would.
void AddDriver(pugi::xml_node node, const DiskSpec& disk) {
  pugi::xml_node driver = Add(node, "driver",
                              {{"name", "qemu"},
                               {"type", disk.format},
                               {"cache", WordOf(kDiskCacheWords, disk.cache)},
                               {"error_policy", "report"}});
  if (disk.io) driver.append_attribute("io") = WordOf(kDiskIoWords, *disk.io).c_str();
  if (disk.discard && !disk.readonly) driver.append_attribute("discard") = "unmap";
}

void AddSource(pugi::xml_node node, const DiskSpec& disk) {
  bool block = disk.source == DiskSource::kBlock;
  pugi::xml_node source = Add(node, "source", {{block ? "dev" : "file", disk.file.string()}});
  if (disk.size == 0) return;
  Add(Add(source, "slices"), "slice",
      {{"type", "storage"},
       {"offset", std::to_string(disk.offset)},
       {"size", std::to_string(disk.size)}});
}

// The unit is said, not left to libvirt: it counts by the target's name, and opens another
// controller, of another model, after seven.
void AddScsiAddress(pugi::xml_node node, size_t unit) {
  Add(node, "address",
      {{"type", "drive"},
       {"controller", "0"},
       {"bus", "0"},
       {"target", "0"},
       {"unit", std::to_string(unit)}});
}

void AddDisk(pugi::xml_node devices, const DiskSpec& disk, MachineType machine,
             DiskNumbers& numbers) {
  bool block = disk.source == DiskSource::kBlock;
  bool cdrom = disk.device == DiskDevice::kCdrom;
  DiskBus bus = BusOf(disk, machine);
  pugi::xml_node node = Add(
      devices, "disk", {{"type", block ? "block" : "file"}, {"device", cdrom ? "cdrom" : "disk"}});
  AddDriver(node, disk);
  AddSource(node, disk);
  Add(node, "target", {{"dev", numbers.Target(bus)}, {"bus", WordOf(kDiskBusWords, bus)}});
  if (disk.readonly || cdrom) Add(node, "readonly");
  if (!disk.serial.empty()) AddText(node, "serial", disk.serial);
  if (disk.bootable) Add(node, "boot", {{"order", std::to_string(numbers.NextBootOrder())}});
  if (bus == DiskBus::kScsi) AddScsiAddress(node, numbers.NextScsiUnit());
}

}  // namespace

void AddDisks(pugi::xml_node devices, const MachineSpec& spec) {
  DiskNumbers numbers(spec);
  for (const DiskSpec& disk : spec.disks) AddDisk(devices, disk, spec.platform.machine, numbers);
  if (!numbers.HasScsi()) return;
  Add(devices, "controller", {{"type", "scsi"}, {"index", "0"}, {"model", "virtio-scsi"}});
}

}  // namespace crimux::vm
