#include "vmruntime/machine/domain/own_memory.h"

#include <algorithm>

namespace crimux::vm {
namespace {

constexpr uint64_t kMiB = 1ULL << 20;

// QEMU with its devices and their queues.
constexpr uint64_t kQemu = 128 * kMiB;
// Each vCPU: its stack and its part of the devices' queues.
constexpr uint64_t kVcpu = 4 * kMiB;
// Page tables and the map of dirty pages, for so much of the guest's RAM.
constexpr uint64_t kTablesFor = 128;
constexpr uint64_t kScreen = 32 * kMiB;
constexpr uint64_t kTpm = 16 * kMiB;
// virtiofsd; what it has read of files counts as page cache, which the kernel takes back.
constexpr uint64_t kShare = 64 * kMiB;
// What QEMU keeps beside translated code, to find it again.
constexpr uint64_t kTranslationTables = 128 * kMiB;

}  // namespace

uint64_t OwnMemory(const MachineSpec& spec, bool kvm) {
  uint64_t need = kQemu + kVcpu * std::max(spec.vcpus, spec.max_vcpus) +
                  std::max(spec.memory.size, spec.memory.max) / kTablesFor;
  if (spec.platform.video != VideoModel::kNone) need += kScreen;
  if (spec.platform.tpm) need += kTpm;
  if (spec.share && !spec.share->socket.empty()) need += kShare;
  if (!kvm) need += kTranslatedCode + kTranslationTables;
  return need;
}

}  // namespace crimux::vm
