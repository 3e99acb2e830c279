#pragma once

#include "vmruntime/pod/containers.h"
#include "vmruntime/pod/rooms.h"
#include "vmruntime/pod/sandboxes.h"

namespace crimux::vm {

// After a start, brings records and reality together again: the database says what should be,
// libvirt and the kernel what is. Half-made pods are undone, ended machines become EXITED with
// their logs complete, running ones are followed again, what no record knows is removed. A pod that
// can't be brought in order is logged and left to the kubelet's StopPodSandbox; the others go on.
// Runs once, before the first call is served.
class Recovery {
 public:
  Recovery(const Rooms& rooms, Sandboxes& sandboxes, Containers& containers)
      : rooms_(rooms), sandboxes_(sandboxes), containers_(containers) {}

  void Run();

 private:
  void RecoverContainer(const state::ContainerRecord& container);
  void TakeOver(const state::ContainerRecord& container, bool paused);
  void RecoverSandbox(const state::SandboxRecord& sandbox);
  void RemoveStrangers();
  void RemoveStrangeNetworks();
  void RemoveStrangeDisks();

  Rooms rooms_;
  Sandboxes& sandboxes_;
  Containers& containers_;
};

}  // namespace crimux::vm
