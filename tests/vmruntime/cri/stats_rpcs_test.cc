#include <catch2/catch.hpp>

#include "base/clock.h"
#include "tests/vmruntime/cri/measured_world.h"

namespace crimux::vm {
namespace {

namespace cri = runtime::v1;
using grpc::StatusCode;

// What the kubelet reads without looking whether it is there.
void CheckWhatTheKubeletReads(const cri::PodSandboxStats& stats) {
  CHECK(stats.has_attributes());
  CHECK_FALSE(stats.attributes().id().empty());
  CHECK_FALSE(stats.attributes().metadata().uid().empty());
  REQUIRE(stats.has_linux());
  CHECK(stats.linux().cpu().timestamp() > 0);
  CHECK(stats.linux().cpu().has_usage_core_nano_seconds());
  CHECK(stats.linux().cpu().has_usage_nano_cores());
  CHECK(stats.linux().memory().timestamp() > 0);
  CHECK(stats.linux().memory().has_working_set_bytes());
  CHECK(stats.linux().memory().has_usage_bytes());
  CHECK(stats.linux().memory().has_rss_bytes());
  CHECK(stats.linux().process().timestamp() > 0);
  CHECK(stats.linux().process().has_process_count());
  for (const cri::ContainerStats& container : stats.linux().containers()) {
    CHECK(container.has_attributes());
    CHECK_FALSE(container.attributes().metadata().name().empty());
    CHECK(container.writable_layer().timestamp() > 0);
    CHECK(container.writable_layer().has_used_bytes());
    CHECK_FALSE(container.writable_layer().fs_id().mountpoint().empty());
  }
}

cri::ContainerStats StatsOfContainer(MeasuredWorld& f, const std::string& id) {
  cri::ContainerStatsRequest request;
  request.set_container_id(id);
  return f.Ok<cri::ContainerStatsResponse>("ContainerStats", request).stats();
}

TEST_CASE("a running container has all its figures") {
  MeasuredWorld f;
  std::string id = f.RunVm(f.world.RunSandbox("web"));
  int64_t before = Now();
  cri::ContainerStats stats = StatsOfContainer(f, id);
  CHECK(stats.attributes().id() == id);
  CHECK(stats.attributes().metadata().name() == "vm");
  CHECK(stats.cpu().timestamp() >= before);
  CHECK(stats.cpu().usage_core_nano_seconds().value() > 0);
  CHECK(stats.cpu().usage_nano_cores().value() > 0);
  CHECK(stats.memory().timestamp() >= before);
  CHECK(stats.memory().rss_bytes().value() > 1U << 20);
  CHECK(stats.memory().working_set_bytes().value() > 1U << 20);
  CHECK(stats.memory().page_faults().value() > 0);
  CHECK(stats.swap().timestamp() >= before);
  CHECK(stats.swap().has_swap_usage_bytes());
  CHECK(stats.writable_layer().used_bytes().value() > 0);
  CHECK(stats.writable_layer().fs_id().mountpoint() == f.world.layout.Containers());
}

TEST_CASE("nano-cores follow what is burnt between two looks") {
  MeasuredWorld f;
  std::string id = f.RunVm(f.world.RunSandbox("web"));
  StatsOfContainer(f, id);
  auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(700);
  cri::ContainerStats first = StatsOfContainer(f, id);
  while (std::chrono::steady_clock::now() < end) {
  }
  cri::ContainerStats second = StatsOfContainer(f, id);
  auto used = second.cpu().usage_core_nano_seconds().value() -
              first.cpu().usage_core_nano_seconds().value();
  auto window = second.cpu().timestamp() - first.cpu().timestamp();
  double expected = 1e9 * static_cast<double>(used) / static_cast<double>(window);
  CHECK(static_cast<double>(second.cpu().usage_nano_cores().value()) ==
        Approx(expected).epsilon(0.1));
}

TEST_CASE("a container that doesn't run has only a disk") {
  MeasuredWorld f;
  std::string sandbox = f.world.RunSandbox("web");
  std::string id = f.world.CreateContainer(sandbox);
  cri::ContainerStats stats = StatsOfContainer(f, id);
  CHECK(stats.attributes().id() == id);
  CHECK(stats.writable_layer().used_bytes().value() > 0);
  CHECK_FALSE(stats.has_cpu());
  CHECK_FALSE(stats.has_memory());
  // One whose QEMU has just died is the same.
  f.world.containers.Start(id);
  CHECK_FALSE(StatsOfContainer(f, id).has_cpu());
}

TEST_CASE("available is what the guest says, or else what the limit leaves") {
  MeasuredWorld f;
  std::string sandbox = f.world.RunSandbox("web");
  auto request = f.world.ContainerRequest(sandbox);
  constexpr int64_t kLimit = 1LL << 40;
  request.mutable_config()->mutable_linux()->mutable_resources()->set_memory_limit_in_bytes(kLimit);
  std::string id = f.world.containers.Create(request);
  f.world.containers.Start(id);
  f.dir.hypervisor.pids[id] = ::getpid();
  SECTION("the guest has said so lately") {
    (*f.dir.hypervisor.guest_memories)[id] = {.updated = Now(), .total = 900, .available = 700};
    // A round of questions may take longer than anybody waits for it.
    auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    uint64_t available = 0;
    while (available != 700 && std::chrono::steady_clock::now() < deadline) {
      available = StatsOfContainer(f, id).memory().available_bytes().value();
    }
    CHECK(available == 700);
  }
  SECTION("the guest says nothing any more") {
    (*f.dir.hypervisor.guest_memories)[id] = {.updated = Now() - 45'000'000'000, .available = 700};
    cri::MemoryUsage memory = StatsOfContainer(f, id).memory();
    CHECK(memory.available_bytes().value() == kLimit - memory.working_set_bytes().value());
  }
}

TEST_CASE("a pod has the sum of its containers and its interfaces, whatever state they are in") {
  MeasuredWorld f;
  std::string running = f.world.RunSandbox("web");
  std::string id = f.RunVm(running);
  std::string empty = f.world.RunSandbox("db");
  std::string stopped = f.world.RunSandbox("old");
  f.world.sandboxes.Stop(stopped);
  auto list = f.Ok<cri::ListPodSandboxStatsResponse>("ListPodSandboxStats",
                                                     cri::ListPodSandboxStatsRequest());
  REQUIRE(list.stats_size() == 2);
  for (const cri::PodSandboxStats& stats : list.stats()) {
    CheckWhatTheKubeletReads(stats);
    bool is_running = stats.attributes().id() == running;
    REQUIRE(stats.linux().containers_size() == (is_running ? 1 : 0));
    CHECK((stats.linux().memory().rss_bytes().value() > 0) == is_running);
    CHECK((stats.linux().process().process_count().value() > 0) == is_running);
    CHECK(stats.linux().network().timestamp() > 0);
    if (!is_running) continue;
    CHECK(stats.linux().containers(0).attributes().id() == id);
    CHECK(stats.linux().cpu().usage_core_nano_seconds().value() ==
          stats.linux().containers(0).cpu().usage_core_nano_seconds().value());
  }
  cri::PodSandboxStatsRequest one;
  one.set_pod_sandbox_id(empty);
  CheckWhatTheKubeletReads(f.Ok<cri::PodSandboxStatsResponse>("PodSandboxStats", one).stats());
  one.set_pod_sandbox_id(stopped);
  CHECK(f.Code<cri::PodSandboxStatsResponse>("PodSandboxStats", one) ==
        StatusCode::FAILED_PRECONDITION);
}

TEST_CASE("lists of statistics pass through their filters") {
  MeasuredWorld f;
  auto request = f.world.SandboxRequest("web");
  (*request.mutable_config()->mutable_labels())["app"] = "web";
  std::string web = f.world.sandboxes.Run(request);
  std::string db = f.world.RunSandbox("db");
  std::string vm = f.RunVm(web);
  f.RunVm(db);
  cri::ListPodSandboxStatsRequest pods;
  (*pods.mutable_filter()->mutable_label_selector())["app"] = "web";
  auto chosen = f.Ok<cri::ListPodSandboxStatsResponse>("ListPodSandboxStats", pods);
  REQUIRE(chosen.stats_size() == 1);
  CHECK(chosen.stats(0).attributes().id() == web);
  pods.mutable_filter()->set_id(db);
  CHECK(f.Ok<cri::ListPodSandboxStatsResponse>("ListPodSandboxStats", pods).stats().empty());
  cri::ListContainerStatsRequest containers;
  auto all = f.Ok<cri::ListContainerStatsResponse>("ListContainerStats", containers);
  CHECK(all.stats_size() == 2);
  containers.mutable_filter()->set_pod_sandbox_id(web);
  all = f.Ok<cri::ListContainerStatsResponse>("ListContainerStats", containers);
  REQUIRE(all.stats_size() == 1);
  CHECK(all.stats(0).attributes().id() == vm);
}

TEST_CASE("statistics of an unknown id are NOT_FOUND") {
  MeasuredWorld f;
  cri::ContainerStatsRequest container;
  container.set_container_id("nobody");
  CHECK(f.Code<cri::ContainerStatsResponse>("ContainerStats", container) == StatusCode::NOT_FOUND);
  cri::PodSandboxStatsRequest pod;
  pod.set_pod_sandbox_id("nobody");
  CHECK(f.Code<cri::PodSandboxStatsResponse>("PodSandboxStats", pod) == StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace crimux::vm
