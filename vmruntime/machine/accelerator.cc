#include "vmruntime/machine/accelerator.h"

#include "base/log.h"
#include "vmruntime/machine/kvm_probe.h"

namespace crimux::vm {
namespace {

AcceleratorChoice TryKvm(const VmConfig& config, const std::string& emulator) {
  std::string fault = KvmAccessFault(config);
  if (fault.empty()) fault = KvmGuestFault(config, emulator);
  if (fault.empty()) return {.kvm = true};
  spdlog::warn("VMs run without KVM, many times slower: {}", fault);
  return {.kvm = false};
}

}  // namespace

AcceleratorChoice ChooseAccelerator(const VmConfig& config, const std::string& emulator) {
  switch (config.accelerator) {
    case Accelerator::kTcg:
      return {.kvm = false};
    case Accelerator::kKvm:
      return {.kvm = true, .fault = KvmAccessFault(config)};
    case Accelerator::kAuto:
      break;
  }
  return TryKvm(config, emulator);
}

}  // namespace crimux::vm
