#include "vmruntime/network/link/tap.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <pwd.h>
#include <sys/ioctl.h>

#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/file.h"

namespace crimux::vm {

void CreateTap(const std::string& name, uid_t owner, bool many_queues) {
  if (name.size() >= IFNAMSIZ) throw SystemError(ENAMETOOLONG, "create tap", name);
  UniqueFd tap = OpenFile("/dev/net/tun", O_RDWR);
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  int flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | (many_queues ? IFF_MULTI_QUEUE : 0);
  request.ifr_flags = static_cast<short>(flags);
  if (::ioctl(tap.get(), TUNSETIFF, &request) != 0 ||
      ::ioctl(tap.get(), TUNSETOWNER, static_cast<unsigned long>(owner)) != 0 ||
      ::ioctl(tap.get(), TUNSETPERSIST, 1UL) != 0) {
    throw SystemError(errno, "create tap", name);
  }
}

uid_t UserId(const std::string& name) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16384> buffer;
  int error = ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (error != 0) throw SystemError(error, "look up user", name);
  if (found == nullptr) throw Error(grpc::INTERNAL, "look up user", name, "no such user");
  return found->pw_uid;
}

}  // namespace crimux::vm
