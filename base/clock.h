#pragma once

#include <chrono>
#include <cstdint>

namespace crimux {

// Nanoseconds since the epoch, as the CRI counts time.
inline int64_t Now() {
  auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count();
}

}  // namespace crimux
