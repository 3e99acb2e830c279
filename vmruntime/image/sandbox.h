#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/process.h"
#include "config/config.h"

namespace crimux::vm {

// What a program may use that reads bytes which nobody vouches for.
struct SandboxLimits {
  uint64_t memory = 2ULL << 30;  // bytes of address space
  std::chrono::seconds cpu{120};
  std::chrono::minutes wall{10};
  // Bytes of the largest file that it may write.
  uint64_t file_size = 0;
};

// A program to be run under limits, with no new privileges, and dead when we are. When we are root
// it runs as the user that QEMU runs as, in no other group. It gets an environment of its own.
ProcessSpec Sandboxed(const std::vector<std::string>& argv, const SandboxLimits& limits,
                      const VmConfig& config, std::stop_token stop);

// Throws Error (INTERNAL) when the result says that the program is not installed.
void RequireInstalled(const ProcessResult& result, const std::string& program);

}  // namespace crimux::vm
