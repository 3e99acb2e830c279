#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace crimux::vm {

// What a vDPA network device says of itself.
struct VdpaSettings {
  std::string mac;   // empty: none has been laid down
  uint32_t mtu = 0;  // 0: it doesn't say
};

// Asks a device of the driver vhost_vdpa, which nobody may have open. Throws Error
// (FAILED_PRECONDITION) for what is no such device, or no network card.
VdpaSettings ReadVdpaDevice(const std::filesystem::path& device);

// Throws Error (FAILED_PRECONDITION) unless there is such a character device.
void RequireVdpaDevice(const std::filesystem::path& device);

}  // namespace crimux::vm
