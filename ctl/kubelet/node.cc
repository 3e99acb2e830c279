#include "ctl/kubelet/node.h"

#include <unistd.h>

namespace crimux::ctl {

int64_t MemoryCapacity() {
  return static_cast<int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
}

}  // namespace crimux::ctl
