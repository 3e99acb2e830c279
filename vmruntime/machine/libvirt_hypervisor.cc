#include "vmruntime/machine/libvirt_hypervisor.h"

#include <libvirt/libvirt-qemu.h>
#include <libvirt/virterror.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "base/error.h"
#include "base/log.h"
#include "base/owner.h"
#include "vmruntime/machine/accelerator.h"
#include "vmruntime/machine/capabilities.h"
#include "vmruntime/machine/display.h"
#include "vmruntime/machine/driver_config.h"
#include "vmruntime/machine/libvirt_error.h"
#include "vmruntime/machine/machine_end.h"
#include "vmruntime/machine/qemu_process.h"
#include "vmruntime/machine/stray_folders.h"
#include "vmruntime/machine/tpm_state.h"

namespace crimux::vm {
namespace {

using std::chrono::steady_clock;

// How long State waits for libvirt to notice what has become of a QEMU; usually some 50 ms.
constexpr std::chrono::seconds kSettleTime{5};

std::string PrepareEmbeddedDriver(const VmConfig& config) {
  PrepareDriverRoot(config);
  return "qemu:///embed?root=" + DriverRoot(config).string();
}

// Calls that end or forget a machine succeed when somebody was faster.
void ThrowUnlessGone(int result, const std::string& operation, const std::string& name) {
  if (result == 0) return;
  int code = virGetLastErrorCode();
  if (code == VIR_ERR_OPERATION_INVALID || code == VIR_ERR_NO_DOMAIN) return;
  throw LibvirtError(operation, name);
}

// libvirt would only say so when the machine starts.
void CheckSocketPath(const std::filesystem::path& path) {
  if (path.string().size() < sizeof(sockaddr_un::sun_path)) return;
  throw Error(grpc::StatusCode::INVALID_ARGUMENT, "use Unix socket", path.string(),
              "the path is longer than a socket address can be");
}

// Not one that QEMU has paused, by a full disk for example.
bool IsHeldAtStart(int state, int reason) {
  return state == VIR_DOMAIN_PAUSED &&
         (reason == VIR_DOMAIN_PAUSED_USER || reason == VIR_DOMAIN_PAUSED_STARTING_UP);
}

bool IsOff(int state) { return state == VIR_DOMAIN_SHUTOFF || state == VIR_DOMAIN_CRASHED; }

}  // namespace

LibvirtHypervisor::LibvirtHypervisor(const VmConfig& config)
    : LibvirtHypervisor(config, PrepareEmbeddedDriver(config)) {
  root_ = DriverRoot(config);
  RemoveStrayFolders(connection_.get(), root_);
  host_.emulator = EmulatorPath(connection_.get(), config.emulator.string(), "qemu");
  AcceleratorChoice choice = ChooseAccelerator(config, host_.emulator);
  host_.kvm = choice.kvm;
  fault_ = choice.fault;
}

LibvirtHypervisor::LibvirtHypervisor(const VmConfig& config, const std::string& uri)
    : config_(config), connection_(OpenConnection(uri)), end_events_(connection_.get()) {}

LibvirtHypervisor::~LibvirtHypervisor() = default;

void LibvirtHypervisor::OnEnd(EndHandler handler) { end_events_.SetHandler(std::move(handler)); }

void LibvirtHypervisor::Define(const MachineSpec& spec) {
  CheckSocketPath(AgentSocket(spec));  // the longest of its paths
  if (!root_.empty()) {
    RequireCapabilities(connection_.get(), spec, host_);
    GiveDisksToQemu(spec);
    if (spec.platform.tpm) PrepareTpmState(config_, spec.uuid);
  }
  std::string xml = DomainXml(spec, host_);
  DomainHandle domain(virDomainDefineXMLFlags(connection_.get(), xml.c_str(), 0));
  if (!domain) throw LibvirtError("define machine", spec.name);
}

void LibvirtHypervisor::GiveDisksToQemu(const MachineSpec& spec) const {
  Owner qemu = FindOwner(config_.qemu_user, config_.qemu_group);
  for (const DiskSpec& disk : spec.disks) {
    if (disk.readonly) continue;
    SetOwner(disk.file, qemu);
    if (::chmod(disk.file.c_str(), 0600) != 0) {
      throw SystemError(errno, "hand to QEMU's user disk", disk.file.string());
    }
  }
}

void LibvirtHypervisor::StartPaused(const std::string& name) {
  DomainHandle domain = ExistingDomain(connection_.get(), "start machine", name);
  // libvirt's test driver knows no paused start.
  unsigned flags = root_.empty() ? 0 : VIR_DOMAIN_START_PAUSED;
  if (virDomainCreateWithFlags(domain.get(), flags) < 0) {
    throw LibvirtError("start machine", name);
  }
}

void LibvirtHypervisor::Resume(const std::string& name) {
  DomainHandle domain = ExistingDomain(connection_.get(), "resume machine", name);
  int state = 0;
  if (virDomainGetState(domain.get(), &state, nullptr, 0) == 0 && state == VIR_DOMAIN_RUNNING) {
    return;
  }
  if (virDomainResume(domain.get()) < 0) throw LibvirtError("resume machine", name);
}

void LibvirtHypervisor::Start(const std::string& name) {
  StartPaused(name);
  Resume(name);
}

void LibvirtHypervisor::RequestShutdown(const std::string& name) {
  DomainHandle domain = FindDomain(connection_.get(), name);
  if (!domain) return;
  ThrowUnlessGone(virDomainShutdownFlags(domain.get(), VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN),
                  "shut down machine", name);
}

void LibvirtHypervisor::Destroy(const std::string& name) {
  DomainHandle domain = FindDomain(connection_.get(), name);
  if (domain) ThrowUnlessGone(virDomainDestroy(domain.get()), "destroy machine", name);
}

void LibvirtHypervisor::Undefine(const std::string& name) {
  DomainHandle domain = FindDomain(connection_.get(), name);
  if (!domain) return;
  ThrowUnlessGone(virDomainDestroy(domain.get()), "destroy machine", name);
  constexpr unsigned kFlags = VIR_DOMAIN_UNDEFINE_MANAGED_SAVE |
                              VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA |
                              VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA |
                              VIR_DOMAIN_UNDEFINE_KEEP_NVRAM | VIR_DOMAIN_UNDEFINE_KEEP_TPM;
  ThrowUnlessGone(virDomainUndefineFlags(domain.get(), kFlags), "undefine machine", name);
}

std::optional<MachineState> LibvirtHypervisor::State(const std::string& name) {
  DomainHandle domain = FindDomain(connection_.get(), name);
  if (!domain) return std::nullopt;
  auto deadline = steady_clock::now() + kSettleTime;
  for (;;) {
    int state = 0;
    int reason = 0;
    if (virDomainGetState(domain.get(), &state, &reason, 0) < 0) {
      if (virGetLastErrorCode() == VIR_ERR_NO_DOMAIN) return std::nullopt;  // forgotten meanwhile
      throw LibvirtError("get the state of machine", name);
    }
    if (IsOff(state)) return MachineState{.running = false, .end = EndOfState(state, reason)};
    if (IsSettled(domain.get(), name, state)) {
      return MachineState{.running = true, .paused = IsHeldAtStart(state, reason)};
    }
    if (steady_clock::now() > deadline) {
      // Only a living process is a running machine, whatever libvirt still believes.
      if (Pid(name)) return MachineState{.running = true};
      return MachineState{.running = false, .end = MachineEnd::kCrashed};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

// Right after opening, libvirt repeats what it last knew while it reconnects to QEMU's monitor.
// Settled is a machine whose monitor is ours and idle, whose QEMU lives, and that isn't just being
// taken down.
bool LibvirtHypervisor::IsSettled(virDomainPtr domain, const std::string& name, int state) const {
  if (root_.empty()) return true;
  virDomainControlInfo control{};
  if (virDomainGetControlInfo(domain, &control, 0) < 0) return false;
  return control.state == VIR_DOMAIN_CONTROL_OK && state != VIR_DOMAIN_SHUTDOWN &&
         FindQemuProcess(root_, name).has_value();
}

std::vector<std::string> LibvirtHypervisor::List() {
  std::vector<std::string> names;
  for (const DomainHandle& domain : AllDomains(connection_.get())) {
    names.emplace_back(virDomainGetName(domain.get()));
  }
  return names;
}

std::string LibvirtHypervisor::AgentCommand(const std::string& name, const std::string& command,
                                            std::chrono::seconds timeout) {
  DomainHandle domain = ExistingDomain(connection_.get(), "ask guest agent of", name);
  std::unique_ptr<char, decltype(&::free)> answer(
      virDomainQemuAgentCommand(domain.get(), command.c_str(), static_cast<int>(timeout.count()),
                                0),
      &::free);
  if (answer) return answer.get();
  int code = virGetLastErrorCode();
  bool refused = code == VIR_ERR_INTERNAL_ERROR;
  throw Error(refused ? grpc::StatusCode::FAILED_PRECONDITION : grpc::StatusCode::UNAVAILABLE,
              "ask guest agent of", name, virGetLastErrorMessage());
}

std::string LibvirtHypervisor::Screenshot(const std::string& name) {
  DomainHandle domain = ExistingDomain(connection_.get(), "take screenshot of", name);
  return TakeScreenshot(connection_.get(), domain.get(), name);
}

std::filesystem::path LibvirtHypervisor::VncSocket(const std::string& name) {
  DomainHandle domain = ExistingDomain(connection_.get(), "find VNC server of", name);
  return FindVncSocket(domain.get(), name);
}

std::optional<int> LibvirtHypervisor::Pid(const std::string& name) {
  if (root_.empty()) return std::nullopt;
  return FindQemuProcess(root_, name);
}

GuestMemoryQuestion LibvirtHypervisor::AskGuestMemories() { return QuestionTo(connection_.get()); }

std::string LibvirtHypervisor::Fault() {
  if (virConnectIsAlive(connection_.get()) != 1) return "the connection to libvirt is gone";
  if (!host_.emulator.empty() && ::access(host_.emulator.c_str(), X_OK) != 0) {
    return "QEMU cannot be run: " + host_.emulator;
  }
  return fault_;
}

}  // namespace crimux::vm
