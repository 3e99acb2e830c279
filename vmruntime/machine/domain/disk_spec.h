#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace crimux::vm {

// libvirt's words for the same.
enum class DiskDevice : uint8_t { kDisk, kCdrom };
enum class DiskBus : uint8_t { kVirtio, kScsi, kSata, kIde };
enum class DiskSource : uint8_t { kFile, kBlock };
enum class DiskCache : uint8_t { kWriteback, kWritethrough, kNone, kDirectsync, kUnsafe };
enum class DiskIo : uint8_t { kThreads, kNative, kIoUring };

// One disk or CD-ROM of a VM. QEMU's user gets the file (see LibvirtHypervisor) unless it is
// read-only; then it must be able to read it as it is.
struct DiskSpec {
  std::filesystem::path file;
  std::string format = "qcow2";
  bool readonly = false;
  DiskDevice device = DiskDevice::kDisk;
  // kScsi is virtio-scsi. kIde only in machines of type "pc". A CD-ROM that asks for kVirtio, which
  // has none, gets SATA, or IDE in a "pc".
  DiskBus bus = DiskBus::kVirtio;
  // kBlock: `file` is the node of a block device.
  DiskSource source = DiskSource::kFile;
  // The part of `file` that is the disk, in bytes; size 0: all of it.
  uint64_t offset = 0;
  uint64_t size = 0;
  // What the guest sees as the disk's serial number; virtio passes on 20 bytes of it. Empty: none.
  std::string serial;
  // writeback works on every file system (tmpfs and some overlays refuse the O_DIRECT of kNone and
  // kDirectsync), and the guest's flushes still reach the disk.
  DiskCache cache = DiskCache::kWriteback;
  // Absent: QEMU's choice. kNative wants kNone or kDirectsync.
  std::optional<DiskIo> io;
  // What the guest trims is freed on the host.
  bool discard = true;
  // The firmware tries it, in the order in which the bootable ones stand in MachineSpec::disks.
  bool bootable = true;
};

}  // namespace crimux::vm
