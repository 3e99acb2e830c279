#include <prometheus/text_serializer.h>

#include <iterator>
#include <memory>

#include "proxy/status/metrics.h"

namespace crimux::proxy {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Families = std::vector<MetricFamily>;

// The crimuxd that is running, and since when.
Families Build(std::chrono::system_clock::time_point started_at) {
  MetricFamily info = Family("crimux_build_info", "Always 1.", MetricType::Gauge);
  info.metric.push_back(Sample({{"version", CRIMUX_VERSION}}));
  info.metric.back().gauge.value = 1;
  MetricFamily start =
      Family("crimux_start_time_seconds", "When crimuxd started, as Unix time.", MetricType::Gauge);
  start.metric.push_back(Sample({}));
  start.metric.back().gauge.value =
      std::chrono::duration<double>(started_at.time_since_epoch()).count();
  return {std::move(info), std::move(start)};
}

void Append(Families more, Families* all) {
  all->insert(all->end(), std::make_move_iterator(more.begin()),
              std::make_move_iterator(more.end()));
}

}  // namespace

MetricFamily Family(std::string name, std::string help, MetricType type) {
  MetricFamily family;
  family.name = std::move(name);
  family.help = std::move(help);
  family.type = type;
  return family;
}

ClientMetric Sample(std::initializer_list<std::pair<std::string_view, std::string_view>> labels) {
  ClientMetric metric;
  for (const auto& [name, value] : labels) {
    metric.label.push_back({std::string(name), std::string(value)});
  }
  return metric;
}

StatusReply MetricsPage(const Observed& observed) {
  auto families = std::make_shared<Families>(Build(observed.started_at));
  Append(RuntimeMetrics(observed.backends).Collect(), families.get());
  Append(CallMetrics(observed.book).Collect(), families.get());
  return {.content_type = "text/plain; version=0.0.4; charset=utf-8",
          .render = [families] { return prometheus::TextSerializer().Serialize(*families); }};
}

}  // namespace crimux::proxy
