#include "vmruntime/annotations/machine_options.h"

#include <algorithm>
#include <limits>

namespace crimux::vm {
namespace {

constexpr int64_t kMostVcpus = 255;

// Virtlet took any number below one for one.
std::optional<unsigned> Vcpus(const AnnotationReader& reader) {
  auto vcpus = reader.Integer(annotation::kVcpus, std::numeric_limits<int>::min(), kMostVcpus);
  if (!vcpus) return std::nullopt;
  return static_cast<unsigned>(std::max<int64_t>(1, *vcpus));
}

}  // namespace

MachineOptions ReadMachineOptions(const AnnotationReader& reader) {
  return {.vcpus = Vcpus(reader)};
}

}  // namespace crimux::vm
