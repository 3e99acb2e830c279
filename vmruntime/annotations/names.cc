#include "vmruntime/annotations/names.h"

#include <array>

namespace crimux::vm {

std::span<const Annotation> AllAnnotations() {
  using namespace annotation;
  static constexpr std::array kAll = {
      kVcpus,
      kShares,
      kSharesChown,
  };
  return kAll;
}

}  // namespace crimux::vm
