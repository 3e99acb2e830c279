#include "vmruntime/annotations/machine_options.h"

#include <catch2/catch.hpp>

#include "tests/vmruntime/annotations/refusal.h"

namespace crimux::vm {
namespace {

using Catch::Contains;

MachineOptions Read(const AnnotationMap& annotations) {
  return ReadMachineOptions(AnnotationReader(annotations));
}

TEST_CASE("vCPUs by annotation, at least one, at most 255") {
  CHECK(Read({}).vcpus == std::nullopt);
  CHECK(Read({{"crimux.io/vcpus", "4"}}).vcpus == 4U);
  CHECK(Read({{"VirtletVCPUCount", "0"}}).vcpus == 1U);
  CHECK(Read({{"VirtletVCPUCount", "-7"}}).vcpus == 1U);
  CHECK_THAT(Refusal([] { Read({{"VirtletVCPUCount", "256"}}); }), Contains("VirtletVCPUCount"));
  CHECK_THAT(Refusal([] { Read({{"crimux.io/vcpus", "two"}}); }), Contains("crimux.io/vcpus"));
}

}  // namespace
}  // namespace crimux::vm
