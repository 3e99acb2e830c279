#include <libvirt/libvirt.h>

#include "base/error.h"
#include "vmruntime/machine/domain/own_memory.h"
#include "vmruntime/machine/libvirt_error.h"
#include "vmruntime/machine/libvirt_hypervisor.h"
#include "vmruntime/machine/qemu_process.h"
#include "vmruntime/machine/tpm_state.h"

// What of a running machine can be asked and changed.
namespace crimux::vm {
namespace {

// Bit n of libvirt's map is CPU n.
std::vector<unsigned char> CpuMap(const std::set<unsigned>& cpus) {
  std::vector<unsigned char> map(cpus.empty() ? 1 : *cpus.rbegin() / 8 + 1);
  for (unsigned cpu : cpus) map[cpu / 8] |= static_cast<unsigned char>(1U << (cpu % 8));
  return map;
}

}  // namespace

uint64_t LibvirtHypervisor::OwnMemory(const MachineSpec& spec) const {
  return vm::OwnMemory(spec, host_.kvm);
}

unsigned LibvirtHypervisor::Vcpus(const std::string& name) {
  DomainHandle domain = ExistingDomain(connection_.get(), "count vCPUs of machine", name);
  int vcpus = virDomainGetVcpusFlags(domain.get(), VIR_DOMAIN_VCPU_LIVE);
  if (vcpus < 0) throw LibvirtError("count vCPUs of machine", name);
  return static_cast<unsigned>(vcpus);
}

void LibvirtHypervisor::SetVcpus(const std::string& name, unsigned vcpus) {
  DomainHandle domain = ExistingDomain(connection_.get(), "set vCPUs of machine", name);
  if (virDomainSetVcpusFlags(domain.get(), vcpus, VIR_DOMAIN_VCPU_LIVE) < 0) {
    throw LibvirtError("set vCPUs of machine", name);
  }
}

void LibvirtHypervisor::PinVcpus(const std::string& name,
                                 const std::vector<std::set<unsigned>>& cpus) {
  DomainHandle domain = ExistingDomain(connection_.get(), "pin vCPUs of machine", name);
  for (unsigned vcpu = 0; vcpu < cpus.size(); ++vcpu) {
    std::vector<unsigned char> map = CpuMap(cpus[vcpu]);
    if (virDomainPinVcpuFlags(domain.get(), vcpu, map.data(), static_cast<int>(map.size()),
                              VIR_DOMAIN_AFFECT_LIVE) < 0) {
      throw LibvirtError("pin vCPUs of machine", name);
    }
  }
}

uint64_t LibvirtHypervisor::Memory(const std::string& name) {
  DomainHandle domain = ExistingDomain(connection_.get(), "get memory of machine", name);
  virDomainInfo info{};
  if (virDomainGetInfo(domain.get(), &info) < 0) throw LibvirtError("get memory of machine", name);
  return info.memory * 1024ULL;
}

void LibvirtHypervisor::SetMemory(const std::string& name, uint64_t bytes) {
  DomainHandle domain = ExistingDomain(connection_.get(), "set memory of machine", name);
  if (virDomainSetMemoryFlags(domain.get(), bytes / 1024, VIR_DOMAIN_MEM_LIVE) < 0) {
    throw LibvirtError("set memory of machine", name);
  }
}

std::vector<int> LibvirtHypervisor::Processes(const std::string& name) {
  std::vector<int> pids;
  std::optional<int> qemu = Pid(name);
  if (!qemu) return pids;
  pids.push_back(*qemu);
  DomainHandle domain = ExistingDomain(connection_.get(), "find processes of machine", name);
  char uuid[VIR_UUID_STRING_BUFLEN];
  if (virDomainGetUUIDString(domain.get(), uuid) < 0) {
    throw LibvirtError("find processes of machine", name);
  }
  if (std::optional<int> swtpm = FindSwtpmProcess(TpmState(config_, uuid))) pids.push_back(*swtpm);
  return pids;
}

}  // namespace crimux::vm
