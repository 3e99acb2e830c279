#pragma once

#include <string>

#include "vmruntime/pod/containers.h"
#include "vmruntime/pod/rooms.h"

namespace crimux::vm {

// The sandboxes of VM pods: a cgroup, a network namespace, its CNI network, bridge and tap; from
// the start of the first machine on a DHCP server, too.
//
//   (none) ── Run (CREATING) ──> READY ── Stop ──> NOT_READY ── Remove ──> (none)
//
// CREATING is on disk only, for Recovery. NOT_READY becomes true before anything is taken away, and
// `dismantled` when all is.
//
// Any thread; calls block. Throws Error.
class Sandboxes {
 public:
  Sandboxes(const Rooms& rooms, Containers& containers) : rooms_(rooms), containers_(containers) {}

  // RunPodSandbox. All there on return but DHCP; nothing left on an Error: INVALID_ARGUMENT (no
  // metadata, the host's network), ALREADY_EXISTS, and what PodNetworks::SetUp throws. Returns the
  // id.
  std::string Run(const runtime::v1::RunPodSandboxRequest& request);

  // StopPodSandbox: ends the pod's machine at once, gives the network back. Succeeds when that is
  // done already, and for an id that nobody knows.
  void Stop(const std::string& id);

  // RemovePodSandbox, by force. Succeeds for an id that nobody knows.
  void Remove(const std::string& id);

 private:
  state::SandboxRecord NewRecord(const runtime::v1::RunPodSandboxRequest& request) const;
  state::Network MakeNetwork(const state::SandboxRecord& sandbox);
  // Takes away all that a sandbox has on this node, but its record.
  void Dismantle(const state::SandboxRecord& sandbox);
  // Takes away what is left of a sandbox that is dismantled, its record last.
  void Forget(const state::SandboxRecord& sandbox);
  void StopLocked(const state::SandboxRecord& sandbox);

  Rooms rooms_;
  Containers& containers_;
};

}  // namespace crimux::vm
