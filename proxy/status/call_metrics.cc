#include <limits>
#include <map>

#include "base/code_name.h"
#include "proxy/status/metrics.h"

namespace crimux::proxy {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

void AddCounts(std::string_view method, const std::string& runtime, const CallStats& stats,
               MetricFamily* family) {
  for (int i = 0; i <= grpc::StatusCode::UNAUTHENTICATED; ++i) {
    auto code = static_cast<grpc::StatusCode>(i);
    if (stats.Count(code) == 0) continue;
    auto sample = Sample({{"method", method}, {"runtime", runtime}, {"code", CodeName(code)}});
    sample.counter.value = static_cast<double>(stats.Count(code));
    family->metric.push_back(std::move(sample));
  }
}

void AddDurations(std::string_view method, const std::string& runtime, const CallStats& stats,
                  MetricFamily* family) {
  auto sample = Sample({{"method", method}, {"runtime", runtime}});
  sample.histogram.sample_count = stats.calls();
  sample.histogram.sample_sum = Seconds(stats.total());
  uint64_t cumulated = 0;
  for (size_t i = 0; i < stats.buckets().size(); ++i) {
    cumulated += stats.buckets()[i];
    bool last = i == CallStats::Bounds().size();
    double bound = last ? std::numeric_limits<double>::infinity() : Seconds(CallStats::Bounds()[i]);
    sample.histogram.bucket.push_back({cumulated, bound});
  }
  family->metric.push_back(std::move(sample));
}

MetricFamily InFlight(const CallBook& book) {
  std::map<std::pair<std::string_view, std::string_view>, uint64_t> counts;
  // Those with calls so far stay, at 0: a gauge that comes and goes is hard to alert on.
  book.ForEach([&](std::string_view method, const std::string& runtime, const CallStats&) {
    counts[{method, runtime}] = 0;
  });
  for (const OpenCall& call : book.open()) {
    ++counts[{CallBook::MethodName(call.method), book.RuntimeName(call.runtime)}];
  }
  MetricFamily family =
      Family("crimux_calls_in_flight", "Calls that have not been answered yet.", MetricType::Gauge);
  for (const auto& [labels, count] : counts) {
    auto sample = Sample({{"method", labels.first}, {"runtime", labels.second}});
    sample.gauge.value = static_cast<double>(count);
    family.metric.push_back(std::move(sample));
  }
  return family;
}

MetricFamily UnknownCalls(const CallBook& book) {
  MetricFamily family = Family(
      "crimux_unknown_method_calls_total",
      "Calls to methods that crimux does not know, answered Unimplemented.", MetricType::Counter);
  auto sample = Sample({});
  for (const auto& [path, count] : book.unknown()) {
    sample.counter.value += static_cast<double>(count);
  }
  family.metric.push_back(std::move(sample));
  return family;
}

}  // namespace

std::vector<MetricFamily> CallMetrics::Collect() const {
  MetricFamily counts =
      Family("crimux_calls_total",
             "Calls answered, by the runtime that answered: \"*\" is all, empty crimux itself.",
             MetricType::Counter);
  MetricFamily durations = Family("crimux_call_duration_seconds",
                                  "From a call's arrival to its answer.", MetricType::Histogram);
  book_.ForEach([&](std::string_view method, const std::string& runtime, const CallStats& stats) {
    AddCounts(method, runtime, stats, &counts);
    AddDurations(method, runtime, stats, &durations);
  });
  return {std::move(counts), std::move(durations), InFlight(book_), UnknownCalls(book_)};
}

}  // namespace crimux::proxy
