#include <fmt/format.h>

#include "ctl/doctor/checks.h"

namespace crimux::ctl {

Findings CheckKvm(const Patient& patient) {
  const RuntimeConfig* runtime = patient.VmRuntime();
  if (runtime == nullptr) return {{Verdict::kSkipped, "kvm", "no runtime is the VM runtime"}};
  if (runtime->vm->accelerator == Accelerator::kTcg) {
    return {{Verdict::kSkipped, "kvm", "accelerator: tcg, so it is not used"}};
  }
  std::string fault = patient.kvm_fault();
  if (fault.empty()) return {{Verdict::kOk, "kvm", "/dev/kvm makes VMs"}};
  bool must = runtime->vm->accelerator == Accelerator::kKvm;
  std::string effect = must ? "VMs can't start" : "VMs run many times slower, by TCG";
  return {{must ? Verdict::kFailed : Verdict::kWarning, "kvm", fmt::format("{}: {}", fault, effect),
           "switch virtualization on in the firmware, or nested virtualization in the hypervisor "
           "below; modprobe kvm_intel or kvm_amd"}};
}

}  // namespace crimux::ctl
