#include "proxy/status/metrics.h"

namespace crimux::proxy {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::array kStates = {RuntimeState::kUnknown, RuntimeState::kUp, RuntimeState::kSlow,
                                RuntimeState::kDown};

MetricFamily States(const Backends& backends) {
  MetricFamily family =
      Family("crimux_runtime_state", "1 for the state that the runtime is in, 0 for the others.",
             MetricType::Gauge);
  for (const RuntimePtr& runtime : backends.runtimes) {
    for (RuntimeState state : kStates) {
      auto sample = Sample({{"runtime", runtime->name()}, {"state", StateName(state)}});
      sample.gauge.value = backends.StateOf(*runtime) == state ? 1 : 0;
      family.metric.push_back(std::move(sample));
    }
  }
  return family;
}

void AddOwned(std::string_view runtime, std::string_view kind, size_t count, MetricFamily* family) {
  auto sample = Sample({{"runtime", runtime}, {"kind", kind}});
  sample.gauge.value = static_cast<double>(count);
  family->metric.push_back(std::move(sample));
}

MetricFamily Owned(const Backends& backends) {
  MetricFamily family = Family("crimux_owned_objects",
                               "Sandboxes, containers and images that a runtime is known to have.",
                               MetricType::Gauge);
  for (const RuntimePtr& runtime : backends.runtimes) {
    const Owners& owners = backends.owners;
    AddOwned(runtime->name(), "sandbox", owners.Count(Object::kSandbox, runtime.get()), &family);
    AddOwned(runtime->name(), "container", owners.Count(Object::kContainer, runtime.get()),
             &family);
    AddOwned(runtime->name(), "image", backends.images.Count(runtime.get()), &family);
  }
  return family;
}

}  // namespace

std::vector<MetricFamily> RuntimeMetrics::Collect() const {
  return {States(backends_), Owned(backends_)};
}

}  // namespace crimux::proxy
