#pragma once

#include <filesystem>
#include <string>

#include "config/config.h"

namespace crimux::vm {

// Longest root of libvirt's embedded driver: QEMU's Unix sockets lie under it, and their whole path
// must stay below 108 bytes (sockaddr_un).
inline constexpr size_t kMaxDriverRoot = 50;

// <state_dir>/libvirt. Throws Error (INVALID_ARGUMENT) unless it is absolute and short enough.
std::filesystem::path DriverRoot(const VmConfig& config);

// What libvirt reads as <root>/etc/qemu.conf.
std::string QemuConf(const VmConfig& config);

// Makes <root> with the modes that QEMU's unprivileged user needs, and writes its qemu.conf. Throws
// Error, FAILED_PRECONDITION when the configured user or group does not exist.
void PrepareDriverRoot(const VmConfig& config);

}  // namespace crimux::vm
