#include "vmruntime/machine/accelerator.h"

#include <filesystem>

#include "base/log.h"
#include "vmruntime/machine/kvm_probe.h"

namespace crimux::vm {
namespace {

// libvirt probes QEMU anew, seconds each, at every look-up when there is a /dev/kvm that QEMU's
// user may not open, also for machines that don't want it.
void WarnOfSlowDefinition(const VmConfig& config) {
  if (!std::filesystem::exists("/dev/kvm")) return;
  std::string fault = KvmAccessFault(config);
  if (!fault.empty()) spdlog::warn("libvirt takes a minute or more for each new VM: {}", fault);
}

AcceleratorChoice TryKvm(const VmConfig& config, const std::string& emulator) {
  std::string fault = KvmAccessFault(config);
  if (fault.empty()) fault = KvmGuestFault(config, emulator);
  if (fault.empty()) return {.kvm = true};
  spdlog::warn("VMs run without KVM, many times slower: {}", fault);
  WarnOfSlowDefinition(config);
  return {.kvm = false};
}

}  // namespace

AcceleratorChoice ChooseAccelerator(const VmConfig& config, const std::string& emulator) {
  switch (config.accelerator) {
    case Accelerator::kTcg:
      WarnOfSlowDefinition(config);
      return {.kvm = false};
    case Accelerator::kKvm:
      return {.kvm = true, .fault = KvmAccessFault(config)};
    case Accelerator::kAuto:
      break;
  }
  return TryKvm(config, emulator);
}

}  // namespace crimux::vm
