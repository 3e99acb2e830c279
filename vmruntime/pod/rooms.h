#pragma once

#include "base/owner.h"
#include "config/config.h"
#include "vmruntime/cgroup/cgroups.h"
#include "vmruntime/console/console_log.h"
#include "vmruntime/image/image_store.h"
#include "vmruntime/machine/hypervisor.h"
#include "vmruntime/network/spec/pod_network.h"
#include "vmruntime/pod/agent_files.h"
#include "vmruntime/pod/layout.h"
#include "vmruntime/pod/pod_locks.h"
#include "vmruntime/pod/registry.h"
#include "vmruntime/share/shares.h"

namespace crimux::vm {

// What the life of a pod is made with; owned by VmRuntime, which outlives all users.
struct Rooms {
  const VmConfig& config;
  const Layout& layout;
  Owner qemu;
  Registry& registry;
  PodLocks& locks;
  PodNetworks& networks;
  ImageStore& images;
  Hypervisor& hypervisor;
  ConsoleLogs& consoles;
  Shares& shares;
  AgentFiles& agent_files;
  Cgroups& cgroups;
  // By which this node enters its guests: a line of authorized_keys.
  std::string ssh_key;
};

}  // namespace crimux::vm
