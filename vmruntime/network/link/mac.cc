#include "vmruntime/network/link/mac.h"

#include <fmt/format.h>

#include <cstdint>
#include <random>

namespace crimux::vm {

std::string RandomMac() {
  std::random_device random;
  uint32_t high = random();
  uint32_t low = random();
  return fmt::format("02:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", high >> 8 & 0xff, high & 0xff,
                     low >> 16 & 0xff, low >> 8 & 0xff, low & 0xff);
}

bool IsNoMac(const std::string& mac) { return mac.find_first_not_of("0:") == std::string::npos; }

}  // namespace crimux::vm
