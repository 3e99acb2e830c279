#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include "proxy/status/pages.h"

namespace crimux::proxy {

// Calls: crimux_calls_total, crimux_call_duration_seconds, crimux_calls_in_flight,
// crimux_unknown_method_calls_total. Made from the book when asked. Front thread.
class CallMetrics final : public prometheus::Collectable {
 public:
  explicit CallMetrics(const CallBook& book) : book_(book) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const CallBook& book_;
};

// Runtimes: crimux_runtime_state, crimux_owned_objects, crimux_last_list_bytes,
// crimux_last_list_timestamp_seconds. Front thread.
class RuntimeMetrics final : public prometheus::Collectable {
 public:
  explicit RuntimeMetrics(const Backends& backends) : backends_(backends) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const Backends& backends_;
};

// A family without samples, and a sample with its labels, in the order given.
prometheus::MetricFamily Family(std::string name, std::string help, prometheus::MetricType type);
prometheus::ClientMetric Sample(
    std::initializer_list<std::pair<std::string_view, std::string_view>> labels);

}  // namespace crimux::proxy
