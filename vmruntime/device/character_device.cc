#include "vmruntime/device/character_device.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <system_error>

#include "base/error.h"

namespace crimux::vm {
namespace {

dev_t NumberOf(const std::filesystem::path& device) {
  struct stat info {};
  if (::stat(device.c_str(), &info) != 0) throw SystemError(errno, "use device", device.string());
  return info.st_rdev;
}

}  // namespace

bool IsCharacterDevice(const std::filesystem::path& device) {
  std::error_code absent;
  return std::filesystem::is_character_file(device, absent);
}

bool IsSameDevice(const std::filesystem::path& a, const std::filesystem::path& b) {
  return NumberOf(a) == NumberOf(b);
}

std::filesystem::path SysfsFolderOf(const std::filesystem::path& device,
                                    const std::filesystem::path& sysfs) {
  dev_t number = NumberOf(device);
  std::string name = fmt::format("{}:{}", major(number), minor(number));
  std::error_code absent;
  return std::filesystem::canonical(sysfs / "dev/char" / name, absent);
}

void MakeCharacterNode(const std::filesystem::path& device, const std::filesystem::path& node,
                       Owner owner) {
  if (::mknod(node.c_str(), S_IFCHR | 0600, NumberOf(device)) != 0) {
    throw SystemError(errno, "make node of device", node.string());
  }
  SetOwner(node, owner);
}

}  // namespace crimux::vm
