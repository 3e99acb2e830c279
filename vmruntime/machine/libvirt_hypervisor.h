#pragma once

#include <filesystem>
#include <string>

#include "config/config.h"
#include "vmruntime/machine/connection.h"
#include "vmruntime/machine/domain/domain_xml.h"
#include "vmruntime/machine/end_events.h"
#include "vmruntime/machine/event_loop.h"
#include "vmruntime/machine/hypervisor.h"

namespace crimux::vm {

// Machines through libvirt's embedded QEMU driver, whose root is <state_dir>/libvirt. The QEMU
// processes outlive us; the next LibvirtHypervisor on the same root finds them again. One at a time
// in a process, which is bound to its first root for life, and one process per root.
//
// QEMU runs as the configured unprivileged user. Define hands it the writable disks (owner, mode
// 0600). The caller sees to it that this user can search the folders above the disks (0711 will
// do; Define does not change them) and can read the read-only disks and all backing files, but not
// write them. Console socket and log are opened as root; their folder must exist.
class LibvirtHypervisor final : public Hypervisor {
 public:
  // May take seconds the first time after a boot (see KvmGuestFault). Throws Error:
  // INVALID_ARGUMENT for an unusable state_dir, user or group; else that the driver can't be opened
  // (another process uses the root, a package is missing).
  explicit LibvirtHypervisor(const VmConfig& config);
  // StartPaused and Resume in one.
  void Start(const std::string& name);
  // For tests: a driver without QEMU ("test:///default").
  LibvirtHypervisor(const VmConfig& config, const std::string& uri);
  ~LibvirtHypervisor() override;

  void OnEnd(EndHandler handler) override;
  void Define(const MachineSpec& spec) override;
  void StartPaused(const std::string& name) override;
  void Resume(const std::string& name) override;
  void RequestShutdown(const std::string& name) override;
  void Destroy(const std::string& name) override;
  void Undefine(const std::string& name) override;
  std::optional<MachineState> State(const std::string& name) override;
  std::vector<std::string> List() override;
  std::string AgentCommand(const std::string& name, const std::string& command,
                           std::chrono::seconds timeout) override;
  std::string Screenshot(const std::string& name) override;
  std::filesystem::path VncSocket(const std::string& name) override;
  std::optional<int> Pid(const std::string& name) override;
  GuestMemoryQuestion AskGuestMemories() override;
  std::vector<int> Processes(const std::string& name) override;
  uint64_t OwnMemory(const MachineSpec& spec) const override;
  unsigned Vcpus(const std::string& name) override;
  void SetVcpus(const std::string& name, unsigned vcpus) override;
  void PinVcpus(const std::string& name, const std::vector<std::set<unsigned>>& cpus) override;
  uint64_t Memory(const std::string& name) override;
  void SetMemory(const std::string& name, uint64_t bytes) override;
  std::string Fault() override;

 private:
  void GiveDisksToQemu(const MachineSpec& spec) const;
  bool IsSettled(virDomainPtr domain, const std::string& name, int state) const;

  const VmConfig config_;
  std::filesystem::path root_;  // empty: not the QEMU driver
  EventLoop event_loop_;
  ConnectionHandle connection_;
  EndEvents end_events_;
  MachineHost host_;
  std::string fault_;
};

}  // namespace crimux::vm
