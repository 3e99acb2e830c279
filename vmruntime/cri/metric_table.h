#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "runtime/v1/api.pb.h"
#include "vmruntime/cri/pod_figures.h"

namespace crimux::vm {

// One value, and those of its labels that set it apart from others of the same metric.
struct MetricSample {
  uint64_t value = 0;
  std::vector<std::string> labels;
};

// A metric by cAdvisor's name and in its meaning. The CRI's values are whole numbers, so seconds
// are whole seconds.
template <typename Subject>
struct MetricRow {
  std::string name;
  std::string help;
  runtime::v1::MetricType type;
  // Labels beside those that all have.
  std::vector<std::string> labels;
  // Empty: this one has no such figure.
  std::function<std::vector<MetricSample>(const Subject&)> samples;
};

// Of containers whose machine runs.
std::span<const MetricRow<MeasuredContainer>> ContainerMetrics();
// Of a pod's network.
std::span<const MetricRow<NetworkFigures>> NetworkMetrics();

// The labels that all metrics have, before their own: cAdvisor's as the kubelet shows them.
const std::vector<std::string>& MetricLabels();

}  // namespace crimux::vm
