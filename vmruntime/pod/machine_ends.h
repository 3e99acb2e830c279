#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "vmruntime/pod/containers.h"

namespace crimux::vm {

// Carries the ends of machines from libvirt's event thread, which must not block, to Containers, on
// a thread of its own. Ends that come before Run are kept.
class MachineEnds {
 public:
  explicit MachineEnds(Containers& containers) : containers_(containers) {}

  // From the event thread.
  void Push(const std::string& name, MachineEnd end);
  // Starts handling; once.
  void Run();

 private:
  void Loop(const std::stop_token& stop);

  Containers& containers_;
  std::mutex mutex_;
  std::condition_variable_any pushed_;
  std::deque<std::pair<std::string, MachineEnd>> ends_;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace crimux::vm
