#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "vmruntime/machine/domain/disk_spec.h"
#include "vmruntime/machine/domain/host_device_spec.h"
#include "vmruntime/machine/domain/nic_spec.h"
#include "vmruntime/machine/domain/platform_spec.h"
#include "vmruntime/machine/domain/xml_patch.h"

namespace crimux::vm {

// What a VM is made of. Values only; domain_xml.h turns it into libvirt's XML.

struct MemorySpec {
  uint64_t size = 0;  // bytes
  // What it can grow to while it runs; 0: `size`. The guest boots with all of it, and its balloon
  // driver gives back what is above `size`.
  uint64_t max = 0;
  // Of the hugepages that it is made of; 0: ordinary pages.
  uint64_t page_size = 0;
  // The host's NUMA nodes that it comes from, as "0-1"; empty: any.
  std::string nodes;
};

// The tree of a pod's mounts.
struct ShareSpec {
  std::string tag;  // what the guest mounts
  // virtiofs: the socket of the virtiofsd that will be there when the machine starts.
  std::filesystem::path socket;
  // 9p, when `socket` is empty: the folder, as QEMU will see it.
  std::filesystem::path folder;
};

// A file that the guest finds at its firmware's configuration device (fw_cfg).
struct FirmwareFile {
  std::string name;  // "opt/…"
  std::filesystem::path file;
};

struct MachineSpec {
  std::string name;  // domain name; unique
  std::string uuid;
  unsigned vcpus = 1;
  // How many it can be given while it runs; 0: no more than `vcpus`.
  unsigned max_vcpus = 0;
  MemorySpec memory;
  PlatformSpec platform;
  std::vector<DiskSpec> disks;  // the bootable ones in boot order
  std::vector<NicSpec> nics;
  std::vector<HostDeviceSpec> host_devices;
  std::vector<FirmwareFile> firmware_files;
  std::optional<ShareSpec> share;
  // Unix socket of the serial console, and the file to which QEMU appends all it prints. The guest
  // agent's socket lies beside it: "<console_socket>.agent", below 108 bytes.
  std::filesystem::path console_socket;
  std::filesystem::path console_log;
  // Last of all: elements beside or instead of the above.
  std::vector<XmlPatch> patches;
};

// The Unix socket of the guest agent's channel: beside the console's, with ".agent" at its end.
std::filesystem::path AgentSocket(const MachineSpec& spec);

}  // namespace crimux::vm
