#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace crimux::vm {

enum class MachineType : uint8_t { kQ35, kPc };
enum class Firmware : uint8_t { kBios, kUefi, kUefiSecureBoot };
enum class VideoModel : uint8_t { kNone, kVga, kVirtio, kQxl };

struct CpuFeature {
  std::string name;
  std::string policy;
};

struct CpuTopology {
  unsigned sockets = 1;
  unsigned dies = 1;
  unsigned cores = 1;
  unsigned threads = 1;
};

struct CpuCache {
  std::string mode;
  std::optional<unsigned> level;
};

// libvirt's <cpu>, in its words; empty: not said.
struct CpuSpec {
  // Empty: host-passthrough under KVM, maximum under TCG.
  std::string mode;
  std::string match;
  std::string check;
  std::string migratable;
  std::string model;
  std::string fallback;
  std::string vendor_id;
  std::string vendor;
  std::optional<CpuTopology> topology;
  std::optional<CpuCache> cache;
  std::vector<CpuFeature> features;
};

// The machine around CPUs, memory and disks.
struct PlatformSpec {
  MachineType machine = MachineType::kQ35;
  Firmware firmware = Firmware::kBios;
  // UEFI's variables; made when the machine first starts, and kept when it is undefined.
  std::filesystem::path nvram;
  // A TPM 2.0. Its state belongs to the machine's UUID, and is kept when it is undefined.
  bool tpm = false;
  CpuSpec cpu;
  // With a screen there is a VNC server on a Unix socket that libvirt names, and a USB tablet.
  VideoModel video = VideoModel::kNone;
  // Enlightenments for Windows; KVM only.
  bool hyperv = false;
  bool localtime = false;
};

}  // namespace crimux::vm
