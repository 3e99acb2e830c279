#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "vmruntime/machine/domain/machine_spec.h"
#include "vmruntime/machine/guest_memory.h"

namespace crimux::vm {

// How a machine came to its end.
enum class MachineEnd {
  kShutdown,   // the guest powered off
  kDestroyed,  // we ended it
  kCrashed,    // QEMU died, or the guest panicked
  kFailed,     // it never ran
};

struct MachineState {
  bool running = false;
  // Running, but its guest is not: a start that was broken off.
  bool paused = false;
  // Set when it is known how a machine that is not running ended.
  std::optional<MachineEnd> end;
};

// The machines of this node, through libvirt's embedded QEMU driver. Any thread; calls block for as
// long as libvirt does.
class Hypervisor {
 public:
  // Called on the event thread with the name of a machine that has ended. Must not call back into
  // the hypervisor, nor block.
  using EndHandler = std::function<void(const std::string& name, MachineEnd end)>;

  virtual ~Hypervisor() = default;

  // From then on `handler` hears of every end. To be set once, before the first Start.
  virtual void OnEnd(EndHandler handler) = 0;

  // Defines the machine; it does not run yet. Throws Error (INTERNAL, INVALID_ARGUMENT).
  virtual void Define(const MachineSpec& spec) = 0;
  // Starts a defined machine in the network namespace of the calling thread (see RunInNetns). Its
  // guest doesn't run until Resume.
  virtual void StartPaused(const std::string& name) = 0;
  // Lets the guest run; no error when it does.
  virtual void Resume(const std::string& name) = 0;
  // Asks the guest to power off (ACPI). Returns at once; no error when the machine isn't running.
  virtual void RequestShutdown(const std::string& name) = 0;
  // Ends it at once; no error when it isn't running.
  virtual void Destroy(const std::string& name) = 0;
  // Destroys and forgets it, but for UEFI's variables and the TPM's state; no error when there is
  // none.
  virtual void Undefine(const std::string& name) = 0;
  // The settled truth (a QEMU that died while we were away is not running); nullopt: no such
  // machine.
  virtual std::optional<MachineState> State(const std::string& name) = 0;
  // Names of all machines under this driver's root, running or not.
  virtual std::vector<std::string> List() = 0;
  // Process id of its QEMU; nullopt when it isn't running.
  virtual std::optional<int> Pid(const std::string& name) = 0;
  // That QEMU, and the helpers that libvirt has started for it. Empty when it isn't running.
  virtual std::vector<int> Processes(const std::string& name) = 0;

  // What such a machine takes beside its guest's RAM, at most; bytes.
  virtual uint64_t OwnMemory(const MachineSpec& spec) const = 0;
  // How many vCPUs a running machine has.
  virtual unsigned Vcpus(const std::string& name) = 0;
  // Gives it more, up to its spec's max_vcpus.
  virtual void SetVcpus(const std::string& name, unsigned vcpus) = 0;
  // One set of the host's CPUs ("0-2,5" as numbers) for each vCPU.
  virtual void PinVcpus(const std::string& name, const std::vector<std::set<unsigned>>& cpus) = 0;
  // What the guest has of its memory now (the balloon's word for it); bytes.
  virtual uint64_t Memory(const std::string& name) = 0;
  // Asks the guest's balloon driver to come to that. Returns at once.
  virtual void SetMemory(const std::string& name, uint64_t bytes) = 0;

  // Sends a command to the guest's agent and waits for its answer; both are JSON (QEMU's guest
  // agent protocol). Throws Error: UNAVAILABLE when the agent isn't there or doesn't answer in
  // time, FAILED_PRECONDITION with its own words when it refuses.
  virtual std::string AgentCommand(const std::string& name, const std::string& command,
                                   std::chrono::seconds timeout) = 0;
  // What a running machine's display shows, as PNG. Throws Error: FAILED_PRECONDITION when it has
  // no display or isn't running.
  virtual std::string Screenshot(const std::string& name) = 0;
  // The Unix socket of a running machine's VNC server, without a password; errors as before.
  virtual std::filesystem::path VncSocket(const std::string& name) = 0;
  // For the Status of the runtime: empty when machines can run, else why not.
  virtual std::string Fault() = 0;
  // Asks for what guests say of their memory. It needs nothing of the hypervisor any more, so that
  // a question that hangs may outlive it.
  virtual GuestMemoryQuestion AskGuestMemories() = 0;
};

}  // namespace crimux::vm
