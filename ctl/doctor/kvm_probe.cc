#include "ctl/doctor/kvm_probe.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstring>

#include "base/fd.h"

namespace crimux::ctl {

std::string ProbeKvm(const std::filesystem::path& device) {
  UniqueFd kvm(::open(device.c_str(), O_RDWR | O_CLOEXEC));
  if (!kvm) return fmt::format("{} can't be opened: {}", device.string(), std::strerror(errno));
  int version = ::ioctl(kvm.get(), KVM_GET_API_VERSION, 0);
  if (version != KVM_API_VERSION) {
    return fmt::format("{} is not KVM, or one of version {}", device.string(), version);
  }
  UniqueFd machine(::ioctl(kvm.get(), KVM_CREATE_VM, 0));
  if (!machine) return fmt::format("{} makes no VM: {}", device.string(), std::strerror(errno));
  return "";
}

}  // namespace crimux::ctl
