#include "vmruntime/network/link/link_names.h"

#include <fmt/format.h>

#include <string_view>

namespace crimux::vm {

std::string TapName(int index) { return fmt::format("tap{}", index); }

std::string BridgeName(int index) { return fmt::format("br{}", index); }

bool IsGuestLink(const std::string& name) {
  for (const char* stem : {"tap", "br"}) {
    size_t length = std::string_view(stem).size();
    if (name.starts_with(stem) && name.size() > length &&
        name.find_first_not_of("0123456789", length) == std::string::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace crimux::vm
