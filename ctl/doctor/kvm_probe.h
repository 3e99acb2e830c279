#pragma once

#include <filesystem>
#include <string>

namespace crimux::ctl {

// Opens /dev/kvm (`device`), asks for its API version and makes a VM without memory, as QEMU would
// begin. What fails, in words; empty when all is well.
std::string ProbeKvm(const std::filesystem::path& device);

}  // namespace crimux::ctl
