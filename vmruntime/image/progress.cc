#include "vmruntime/image/progress.h"

#include <spdlog/spdlog.h>

namespace crimux::vm {

void Progress::At(uint64_t size, std::optional<uint64_t> total) {
  Clock::time_point now = Clock::now();
  if (now - last_ < interval_) return;
  last_ = now;
  constexpr double kMebi = 1 << 20;
  double done = static_cast<double>(size);
  if (total && *total > 0) {
    spdlog::info("images: fetching {}: {:.0f} of {:.0f} MiB ({:.0f} %)", shown_, done / kMebi,
                 static_cast<double>(*total) / kMebi, 100 * done / static_cast<double>(*total));
  } else {
    spdlog::info("images: fetching {}: {:.0f} MiB", shown_, done / kMebi);
  }
}

}  // namespace crimux::vm
