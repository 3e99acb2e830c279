#pragma once

#include <span>
#include <string_view>

namespace crimux::vm {

// A pod annotation: our name, and the one that Virtlet had for the same, if any.
struct Annotation {
  std::string_view name;
  std::string_view virtlet = "";
};

// Every annotation that the VM runtime follows; docs/annotations.md describes them in this order.
namespace annotation {

inline constexpr Annotation kVcpus{"crimux.io/vcpus", "VirtletVCPUCount"};

inline constexpr Annotation kShares{"crimux.io/shares"};
inline constexpr Annotation kSharesChown{"crimux.io/shares-chown", "VirtletChown9pfsMounts"};

}  // namespace annotation

// All of the above.
std::span<const Annotation> AllAnnotations();

}  // namespace crimux::vm
