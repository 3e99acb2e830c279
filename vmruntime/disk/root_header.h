#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace crimux::vm {

// A block device that is a VM's persistent root disk begins with a header of ours; the disk that
// the guest sees lies behind it, so that no guest can change it. It tells a device that was filled
// from its image from one where that broke off, on whatever node it turns up.
inline constexpr uint64_t kRootHeaderSize = 1 << 20;

struct RootHeader {
  bool ready = false;  // false: the image is being written
  std::string image;   // digest of the image that it was filled from
};

// Throws Error (FAILED_PRECONDITION) that names the device and says why it can't be a root disk.
[[noreturn]] void RefuseRoot(const std::string& shown, const std::string& why);

// nullopt: the device has none. Throws Error (FAILED_PRECONDITION) for one that cannot be read:
// `shown` names the device.
std::optional<RootHeader> ReadRootHeader(int fd, const std::string& shown);

// On the device when it returns. Throws Error.
void WriteRootHeader(int fd, const RootHeader& header, const std::string& shown);

// Whether there is nothing where the header would be.
bool IsBlankWhereHeaderIs(int fd, const std::string& shown);

}  // namespace crimux::vm
