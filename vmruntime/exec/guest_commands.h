#pragma once

#include <chrono>

#include "vmruntime/annotations/exec_options.h"
#include "vmruntime/exec/agent_command.h"
#include "vmruntime/exec/node_key.h"
#include "vmruntime/exec/ssh_connections.h"
#include "vmruntime/pod/rooms.h"
#include "vmruntime/streaming/handlers.h"

namespace crimux::vm {

// Runs commands in guests, by the way that the pod's annotations choose: QEMU's guest agent, or SSH
// to the pod's address. One io thread.
class GuestCommands {
 public:
  // `boot_time`: as VmConfig::boot_time.
  GuestCommands(const Registry& registry, const Layout& layout, Hypervisor& hypervisor,
                const NodeKey& key, std::chrono::milliseconds boot_time)
      : registry_(registry),
        layout_(layout),
        hypervisor_(hypervisor),
        key_(key),
        boot_time_(boot_time) {}

  // Until the guest takes such commands, or the time for its boot is over. Throws Error: NOT_FOUND
  // (no such container), FAILED_PRECONDITION when it doesn't run, or no longer.
  Awaitable<void> AwaitBoot(const streaming::CommandRequest& request);

  // Runs it to its end; its exit code. Throws Error: NOT_FOUND (no such container),
  // FAILED_PRECONDITION when it isn't running, or when there is no way into the guest, with what
  // was tried and what to do; others as the ways have them. When it is cancelled, the command is
  // killed.
  Awaitable<int> Run(const streaming::CommandRequest& request, streaming::CommandStreams streams);

 private:
  struct Target;

  Target Find(const std::string& container_id) const;
  AgentCall Agent(const std::string& container_id) const;
  // Whether a command would find its way in now; also when waiting can't change the answer.
  Awaitable<bool> TakesCommands(const Target& target, const streaming::CommandRequest& request);
  Awaitable<std::shared_ptr<SshConnection>> Connect(const Target& target);

  const Registry& registry_;
  const Layout& layout_;
  Hypervisor& hypervisor_;
  const NodeKey& key_;
  std::chrono::milliseconds boot_time_;
  AgentCommands agent_commands_;
  SshConnections connections_;
};

}  // namespace crimux::vm
