#include "vmruntime/machine/domain/parts.h"

namespace crimux::vm {
namespace {

// "vda", …, "vdz", "vdaa", …
std::string DiskTarget(size_t index) {
  std::string letters;
  for (size_t rest = index + 1; rest > 0; rest = (rest - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('a' + (rest - 1) % 26));
  }
  return "vd" + letters;
}

// writeback: works on every file system (tmpfs and some overlays refuse the O_DIRECT that "none"
// needs), and the guest's flushes still reach the disk. unmap: what the guest trims is freed.
void AddDisk(pugi::xml_node devices, const DiskSpec& disk, size_t index) {
  pugi::xml_node node = Add(devices, "disk", {{"type", "file"}, {"device", "disk"}});
  Add(node, "driver",
      {{"name", "qemu"}, {"type", disk.format}, {"cache", "writeback"}, {"discard", "unmap"}});
  Add(node, "source", {{"file", disk.file.string()}});
  Add(node, "target", {{"dev", DiskTarget(index)}, {"bus", "virtio"}});
  if (disk.readonly) Add(node, "readonly");
  Add(node, "boot", {{"order", std::to_string(index + 1)}});
}

}  // namespace

void AddDisks(pugi::xml_node devices, const MachineSpec& spec) {
  for (size_t i = 0; i < spec.disks.size(); ++i) AddDisk(devices, spec.disks[i], i);
}

}  // namespace crimux::vm
