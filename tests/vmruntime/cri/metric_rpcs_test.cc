#include <map>
#include <thread>

#include <catch2/catch.hpp>

#include "base/clock.h"
#include "tests/vmruntime/cri/measured_world.h"

namespace crimux::vm {
namespace {

namespace cri = runtime::v1;

std::map<std::string, cri::MetricDescriptor> Descriptors(MeasuredWorld& f) {
  std::map<std::string, cri::MetricDescriptor> by_name;
  auto response = f.Ok<cri::ListMetricDescriptorsResponse>("ListMetricDescriptors",
                                                           cri::ListMetricDescriptorsRequest());
  for (const cri::MetricDescriptor& descriptor : response.descriptors()) {
    INFO(descriptor.name());
    CHECK_FALSE(descriptor.help().empty());
    CHECK(by_name.emplace(descriptor.name(), descriptor).second);
  }
  return by_name;
}

std::vector<cri::PodSandboxMetrics> Metrics(MeasuredWorld& f) {
  auto response = f.Ok<cri::ListPodSandboxMetricsResponse>("ListPodSandboxMetrics",
                                                           cri::ListPodSandboxMetricsRequest());
  return {response.pod_metrics().begin(), response.pod_metrics().end()};
}

// The only metric of that name.
const cri::Metric& Only(const cri::ContainerMetrics& metrics, const std::string& name) {
  const cri::Metric* found = nullptr;
  for (const cri::Metric& metric : metrics.metrics()) {
    if (metric.name() != name) continue;
    REQUIRE(found == nullptr);
    found = &metric;
  }
  INFO(name);
  REQUIRE(found != nullptr);
  return *found;
}

TEST_CASE("every metric is described, and has a value for each of its labels") {
  MeasuredWorld f;
  f.RunVm(f.world.RunSandbox("web"));
  auto descriptors = Descriptors(f);
  auto pods = Metrics(f);
  REQUIRE(pods.size() == 1);
  REQUIRE(pods[0].container_metrics_size() == 1);
  CHECK(pods[0].container_metrics(0).metrics_size() > 10);
  for (const cri::Metric& metric : pods[0].container_metrics(0).metrics()) {
    INFO(metric.name());
    REQUIRE(descriptors.contains(metric.name()));
    CHECK(metric.label_values_size() == descriptors[metric.name()].label_keys_size());
    CHECK(metric.timestamp() > 0);
    CHECK((metric.metric_type() == cri::COUNTER) == metric.name().ends_with("_total"));
  }
}

TEST_CASE("the guest's file systems are told once its agent has answered") {
  MeasuredWorld f;
  f.dir.hypervisor.agent = [](const std::string& command) {
    CHECK(command == R"({"execute":"guest-get-fsinfo"})");
    return R"({"return": [{"name": "vda1", "mountpoint": "/", "type": "ext4", "used-bytes": 300,
                           "total-bytes": 1000}]})";
  };
  f.RunVm(f.world.RunSandbox("web"));
  auto size = [&f]() -> const cri::Metric* {
    static cri::ContainerMetrics metrics;
    metrics = Metrics(f).at(0).container_metrics(0);
    for (const cri::Metric& metric : metrics.metrics()) {
      if (metric.name() == "container_guest_filesystem_size_bytes") return &metric;
    }
    return nullptr;
  };
  CHECK(size() == nullptr);
  for (int i = 0; i < 1000 && size() == nullptr; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const cri::Metric* metric = size();
  REQUIRE(metric != nullptr);
  CHECK(metric->value().value() == 1000);
  std::vector<std::string> labels(metric->label_values().end() - 3, metric->label_values().end());
  CHECK(labels == std::vector<std::string>{"vda1", "ext4", "/"});
}

TEST_CASE("cAdvisor's names tell what they tell of a container") {
  MeasuredWorld f;
  std::string sandbox = f.world.RunSandbox("web");
  auto request = f.world.ContainerRequest(sandbox);
  request.mutable_config()->mutable_linux()->mutable_resources()->set_memory_limit_in_bytes(1LL
                                                                                            << 30);
  std::string id = f.world.containers.Create(request);
  f.world.containers.Start(id);
  f.dir.hypervisor.pids[id] = ::getpid();
  auto metrics = Metrics(f).at(0).container_metrics(0);
  CHECK(metrics.container_id() == id);
  CHECK(Only(metrics, "container_memory_rss").value().value() > 1U << 20);
  CHECK(Only(metrics, "container_memory_rss").metric_type() == cri::GAUGE);
  CHECK(Only(metrics, "container_spec_memory_limit_bytes").value().value() == 1U << 30);
  CHECK(Only(metrics, "container_threads").value().value() >= 1);
  CHECK(Only(metrics, "container_last_seen").value().value() ==
        Approx(static_cast<double>(Now()) / 1e9).margin(5));
  auto labels = Only(metrics, "container_cpu_usage_seconds_total").label_values();
  CHECK(std::vector<std::string>(labels.begin(), labels.end()) ==
        std::vector<std::string>{"vm", id, "guest:latest", id, "default", "web"});
}

TEST_CASE(
    "a pod whose machine doesn't run has no metrics of containers, a stopped one none at all") {
  MeasuredWorld f;
  std::string sandbox = f.world.RunSandbox("web");
  f.world.CreateContainer(sandbox);
  auto pods = Metrics(f);
  REQUIRE(pods.size() == 1);
  CHECK(pods[0].pod_sandbox_id() == sandbox);
  CHECK(pods[0].container_metrics().empty());
  f.world.sandboxes.Stop(sandbox);
  CHECK(Metrics(f).empty());
}

}  // namespace
}  // namespace crimux::vm
