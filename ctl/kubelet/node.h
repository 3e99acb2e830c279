#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace crimux::ctl {

// What the kubelet would know of its node and take from its own configuration.
struct Node {
  std::filesystem::path log_root = "/var/log/pods";
  // Volumes lie below.
  std::filesystem::path pod_root = "/var/lib/crimuxctl/pods";
  std::filesystem::path resolv_conf = "/etc/resolv.conf";
  // Empty: the runtime's choice.
  std::string cgroup_parent;
  // Bytes; for the OOM score of burstable pods.
  int64_t memory_capacity = 0;
  // When the pod was first seen.
  std::chrono::system_clock::time_point now;
};

// The RAM of this machine.
int64_t MemoryCapacity();

}  // namespace crimux::ctl
