#include "vmruntime/image/qemu_progress.h"

#include <absl/strings/numbers.h>

#include <algorithm>

namespace crimux::vm {
namespace {

// More than one report needs.
constexpr size_t kLongestRest = 64;

}  // namespace

std::optional<double> QemuProgress::Take(std::string_view piece) {
  std::optional<double> share;
  rest_ += piece;
  for (size_t end = rest_.find("/100%)"); end != std::string::npos; end = rest_.find("/100%)")) {
    size_t start = rest_.rfind('(', end);
    double percent = 0;
    if (start != std::string::npos &&
        absl::SimpleAtod(rest_.substr(start + 1, end - start - 1), &percent)) {
      share = std::clamp(percent / 100, 0.0, 1.0);
    }
    rest_.erase(0, end + 1);
  }
  if (rest_.size() > kLongestRest) rest_.erase(0, rest_.size() - kLongestRest);
  return share;
}

}  // namespace crimux::vm
