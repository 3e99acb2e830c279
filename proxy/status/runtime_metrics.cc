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

std::vector<MetricFamily> Lists(const Backends& backends) {
  MetricFamily bytes = Family("crimux_last_list_bytes",
                              "The last complete list of a runtime; a list of all runtimes is as "
                              "long as these together.",
                              MetricType::Gauge);
  MetricFamily taken = Family("crimux_last_list_timestamp_seconds",
                              "When the runtime gave it, as Unix time.", MetricType::Gauge);
  for (const RuntimePtr& runtime : backends.runtimes) {
    for (const auto& [method, list] : backends.lists.Of(*runtime)) {
      auto sample = Sample({{"method", method}, {"runtime", runtime->name()}});
      sample.gauge.value = static_cast<double>(list.answer.Length());
      bytes.metric.push_back(sample);
      std::chrono::duration<double> since_epoch = list.taken.time_since_epoch();
      sample.gauge.value = since_epoch.count();
      taken.metric.push_back(std::move(sample));
    }
  }
  return {std::move(bytes), std::move(taken)};
}

}  // namespace

std::vector<MetricFamily> RuntimeMetrics::Collect() const {
  std::vector<MetricFamily> families = Lists(backends_);
  families.push_back(States(backends_));
  families.push_back(Owned(backends_));
  return families;
}

}  // namespace crimux::proxy
