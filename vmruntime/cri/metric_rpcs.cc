#include "vmruntime/cri/metric_table.h"
#include "vmruntime/cri/pod_figures.h"
#include "vmruntime/cri/rpcs.h"

namespace crimux::vm {
namespace {

namespace cri = runtime::v1;
using state::SandboxRecord;

template <typename Subject>
void Describe(std::span<const MetricRow<Subject>> rows,
              cri::ListMetricDescriptorsResponse& response) {
  for (const MetricRow<Subject>& row : rows) {
    cri::MetricDescriptor& descriptor = *response.add_descriptors();
    descriptor.set_name(row.name);
    descriptor.set_help(row.help);
    for (const std::string& label : MetricLabels()) descriptor.add_label_keys(label);
    for (const std::string& label : row.labels) descriptor.add_label_keys(label);
  }
}

// Each sample of each row; `labels` are the values of MetricLabels().
template <typename Subject>
void AddMetrics(std::span<const MetricRow<Subject>> rows, const Subject& subject, int64_t time,
                const std::vector<std::string>& labels,
                google::protobuf::RepeatedPtrField<cri::Metric>* metrics) {
  for (const MetricRow<Subject>& row : rows) {
    for (const MetricSample& sample : row.samples(subject)) {
      cri::Metric& metric = *metrics->Add();
      metric.set_name(row.name);
      metric.set_timestamp(time);
      metric.set_metric_type(row.type);
      for (const std::string& label : labels) metric.add_label_values(label);
      for (const std::string& label : sample.labels) metric.add_label_values(label);
      metric.mutable_value()->set_value(sample.value);
    }
  }
}

std::vector<std::string> LabelsOf(const SandboxRecord& pod) {
  const auto& metadata = pod.config().metadata();
  return {"", pod.id(), "", pod.id(), metadata.namespace_(), metadata.name()};
}

std::vector<std::string> LabelsOf(const SandboxRecord& pod,
                                  const state::ContainerRecord& container) {
  const auto& metadata = pod.config().metadata();
  const auto& config = container.config();
  const std::string& users = config.image().user_specified_image();
  return {config.metadata().name(),
          container.id(),
          users.empty() ? config.image().image() : users,
          container.id(),
          metadata.namespace_(),
          metadata.name()};
}

cri::PodSandboxMetrics MetricsOf(const MeasuredPod& pod) {
  cri::PodSandboxMetrics metrics;
  metrics.set_pod_sandbox_id(pod.record.id());
  if (pod.network) {
    AddMetrics(NetworkMetrics(), *pod.network, pod.network->time, LabelsOf(pod.record),
               metrics.mutable_metrics());
  }
  for (const MeasuredContainer& container : pod.containers) {
    if (!container.figures.machine) continue;
    cri::ContainerMetrics& of = *metrics.add_container_metrics();
    of.set_container_id(container.record.id());
    AddMetrics(ContainerMetrics(), container, container.figures.machine->time,
               LabelsOf(pod.record, container.record), of.mutable_metrics());
  }
  return metrics;
}

void AddFileSystems(PodStatistics& statistics, std::vector<MeasuredPod>* pods) {
  std::vector<std::string> running;
  for (const MeasuredPod& pod : *pods) {
    for (const MeasuredContainer& container : pod.containers) {
      if (container.figures.machine) running.push_back(container.record.id());
    }
  }
  auto file_systems = statistics.FileSystems(running);
  for (MeasuredPod& pod : *pods) {
    for (MeasuredContainer& container : pod.containers) {
      container.figures.file_systems = std::move(file_systems[container.record.id()]);
    }
  }
}

void ListPodSandboxMetrics(const Rooms& rooms, PodStatistics& statistics,
                           cri::ListPodSandboxMetricsResponse& response) {
  std::vector<SandboxRecord> records = rooms.registry.Sandboxes();
  std::erase_if(records, [](const auto& record) { return record.state() != SandboxRecord::READY; });
  std::vector<MeasuredPod> pods = MeasurePods(rooms, statistics, std::move(records));
  AddFileSystems(statistics, &pods);
  for (const MeasuredPod& pod : pods) {
    *response.add_pod_metrics() = MetricsOf(pod);
  }
}

}  // namespace

void AddMetricRpcs(Dispatcher& dispatcher, const Rooms& rooms, PodStatistics& statistics) {
  dispatcher.Add<cri::ListMetricDescriptorsRequest, cri::ListMetricDescriptorsResponse>(
      "ListMetricDescriptors", [](const auto&, auto& response, const auto&) {
        Describe(ContainerMetrics(), response);
        Describe(NetworkMetrics(), response);
      });
  dispatcher.Add<cri::ListPodSandboxMetricsRequest, cri::ListPodSandboxMetricsResponse>(
      "ListPodSandboxMetrics", [rooms, &statistics](const auto&, auto& response, const auto&) {
        ListPodSandboxMetrics(rooms, statistics, response);
      });
}

}  // namespace crimux::vm
