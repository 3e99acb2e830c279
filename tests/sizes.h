#pragma once

#include <cstdint>

namespace crimux {

// In bytes.
inline constexpr int64_t kMiB = 1 << 20;

}  // namespace crimux
