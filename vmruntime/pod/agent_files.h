#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "vmruntime/machine/hypervisor.h"
#include "vmruntime/pod/registry.h"

namespace crimux::vm {

// Files for guests without cloud-init: written by the guest's agent once that answers, which may
// take a guest's whole boot. So StartContainer doesn't wait: one thread looks, every two seconds
// while there is someone to look for. Each container gets its files once, also over restarts of
// crimuxd. A failure is logged, and is the container's message until it ends; so is an
// agent that doesn't answer for five minutes, but is waited for all the same.
class AgentFiles {
 public:
  AgentFiles(Registry& registry, Hypervisor& hypervisor);

  // If the pod asks for it and they haven't been written yet. For a container that is RUNNING. Any
  // thread.
  void Deliver(const state::ContainerRecord& container, const state::SandboxRecord& sandbox);

 private:
  void Loop(const std::stop_token& stop);
  // False: the agent doesn't answer yet.
  bool Try(const std::string& id);
  void Complain(const std::string& id);
  void Write(const state::ContainerRecord& container, const state::SandboxRecord& sandbox);
  void Done(const std::string& id, const std::string& message);

  Registry& registry_;
  Hypervisor& hypervisor_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  // Container ids, and since when; guarded by mutex_.
  std::map<std::string, std::chrono::steady_clock::time_point> waiting_;
  std::jthread thread_;  // the last member: it ends before the others
};

}  // namespace crimux::vm
