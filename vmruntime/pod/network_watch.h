#pragma once

#include <chrono>
#include <thread>

#include "vmruntime/pod/rooms.h"

namespace crimux::vm {

// DHCP servers are processes of the node, and may be killed as any other. A thread looks after
// those of all pods whose machine runs, and starts again what has died; guests notice nothing,
// since a server knows no more of leases than its configuration. A round costs a few reads of /proc
// for each pod.
class NetworkWatch {
 public:
  explicit NetworkWatch(const Rooms& rooms) : rooms_(rooms) {}

  // Starts a round at this interval; once.
  void Run(std::chrono::milliseconds interval = std::chrono::seconds(10));

  // One round. Never throws. Pods that are being changed are left to the next one.
  void Look();

 private:
  void LookAt(const std::string& sandbox_id);

  Rooms rooms_;
  std::jthread thread_;
};

}  // namespace crimux::vm
