#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "base/fd.h"
#include "config/config.h"
#include "vmruntime/machine/hypervisor.h"

namespace crimux::vm {

// The folder below which this process runs machines, for its life: libvirt's embedded driver keeps
// its first root.
const std::filesystem::path& StateDir();

// A configuration for real QEMU under TCG in `state_dir`.
VmConfig TestConfig(const std::filesystem::path& state_dir);

// The machine of that name: one disk, its files in state_dir/machines/<name>.
MachineSpec SpecOf(const std::filesystem::path& state_dir, const std::string& name);

// The same, with its files made and the guest of guest.S on its disk.
MachineSpec TestMachine(const std::filesystem::path& state_dir, const std::string& name);

// Polls until `condition` holds; false when it does not within `limit`.
bool WaitFor(const std::function<bool()>& condition,
             std::chrono::milliseconds limit = std::chrono::seconds(20));

// Whether QEMU has written, or writes in time, the text to the machine's console log.
bool WaitForConsole(const MachineSpec& spec, const std::string& text);

// Types into the machine's serial console, which stays connected for as long as the result lives.
UniqueFd Type(const MachineSpec& spec, const std::string& text);

// Remembers the ends of machines that it is told of, in any order.
class Ends {
 public:
  Hypervisor::EndHandler Handler();
  bool Wait(const std::string& name, MachineEnd end);

 private:
  std::mutex mutex_;
  std::multimap<std::string, MachineEnd> ends_;
};

}  // namespace crimux::vm
