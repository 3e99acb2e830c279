#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace crimux {

// "500ms", "30s", "2m", "1h", and sums such as "1m30s". Empty when it is none, or over 10^6 hours.
std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text);

// The shortest text that ParseDuration reads back: 90 s is "1m30s".
std::string FormatDuration(std::chrono::milliseconds duration);

// A Kubernetes quantity that is not negative ("64Gi", "0.5", "100m", "1e3") times `scale`, rounded
// up as Kubernetes does: scale 1 gives bytes, scale 1000 gives milli-CPUs. Empty when it is none or
// does not fit.
std::optional<int64_t> ParseQuantity(std::string_view text, int64_t scale = 1);

}  // namespace crimux
