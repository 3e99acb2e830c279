// Another config while calls are in flight.
#include <atomic>
#include <future>

#include "tests/proxy/reload_node.h"

namespace crimux {
namespace {

// The answer of one method waits until it is let go, or ten seconds.
class Gate {
 public:
  Gate(FakeCri& cri, const std::string& method) {
    cri.On(method, [opened = opened_.get_future().share()](const FakeCall&) {
      opened.wait_for(std::chrono::seconds(10));
      return FakeAnswer{};
    });
  }
  void Open() { opened_.set_value(); }

 private:
  std::promise<void> opened_;
};

TEST_CASE("a reload without a change says so and changes nothing") {
  WithContainers node;
  CHECK(node.Reload(node.config) == "nothing changed");
  CHECK(List(node) == Ids{"m", "s", "v"});
}

TEST_CASE("routes change with a reload, owners stay known") {
  WithContainers node;
  CHECK(RunPod(node, "side").ok());
  CHECK(node.Asked() == "side: RunPodSandbox");
  Config next = node.config;
  next.routes = {{.runtime = "vm", .label = {{"tier", {"side"}}}}};
  CHECK(node.Reload(next) == "routes changed");
  CHECK(RunPod(node, "side").ok());
  CHECK(node.Asked() == "vm: RunPodSandbox");
  CHECK(StopContainer(node, "s").ok());
  CHECK(node.Asked() == "side: StopContainer");
}

TEST_CASE("a runtime whose endpoint stays keeps its connection and its calls, and takes settings") {
  WithContainers node;
  Gate gate(node.side, "StopContainer");
  auto stopping = std::async(std::launch::async, [&] { return StopContainer(node, "s"); });
  REQUIRE(node.side.WaitForCall("StopContainer"));
  Config next = node.config;
  next.runtimes[1].name = "other";
  next.runtimes[1].timeout = std::chrono::milliseconds(100);
  for (RouteConfig& route : next.routes) {
    if (route.runtime == "side") route.runtime = "other";
  }
  CHECK(node.Reload(next) == "runtime other added; runtime side removed; routes changed");
  gate.Open();
  CHECK(stopping.get().ok());
  // It is asked its version whenever it is connected.
  CHECK(List(node) == Ids{"m", "s", "v"});
  CHECK(node.side.TakeAsked() == Ids{"StopContainer", "ListContainers"});
  node.side.On("StopContainer", {.holds = true});
  grpc::ClientContext without_deadline;
  cri::StopContainerRequest request;
  request.set_container_id("s");
  cri::StopContainerResponse response;
  auto status = node.runtime->StopContainer(&without_deadline, request, &response);
  CHECK(status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_CASE("a runtime is added by a reload") {
  WithContainers node;
  FakeCri extra("extra");
  extra.AddContainer("x", "xs");
  FakeRuntime server(extra, node.dir.path() / "extra.sock");
  Config next = node.config;
  next.runtimes.push_back(
      {.name = "extra", .endpoint = "unix://" + (node.dir.path() / "extra.sock").native()});
  next.routes.insert(next.routes.begin(), {.runtime = "extra", .label = {{"tier", {"side"}}}});
  CHECK(node.Reload(next) == "runtime extra added; routes changed");
  CHECK(List(node) == Ids{"m", "s", "v", "x"});
  CHECK(RunPod(node, "side").ok());
  CHECK(extra.WaitForCall("RunPodSandbox"));
  CHECK(StopContainer(node, "x").ok());
  CHECK(extra.WaitForCall("StopContainer"));
}

TEST_CASE("a runtime is removed by a reload, but a call in flight to it ends as it would have") {
  WithContainers node;
  Gate gate(node.side, "StopContainer");
  auto stopping = std::async(std::launch::async, [&] { return StopContainer(node, "s"); });
  REQUIRE(node.side.WaitForCall("StopContainer"));
  CHECK(node.Reload(node.WithoutSide()) == "runtime side removed; routes changed");
  node.Asked();
  CHECK(List(node) == Ids{"m", "v"});
  CHECK(node.Asked() == "main: ListContainers; vm: ListContainers");
  gate.Open();
  CHECK(stopping.get().ok());
  CHECK(RunPod(node, "side").ok());
  CHECK(node.Asked() == "main: RunPodSandbox");
  // Its ids are nobody's now; to stop what isn't there succeeds.
  CHECK(StopContainer(node, "s").ok());
  CHECK(node.Asked() == "main: ListContainers; vm: ListContainers");
  CHECK(node.Status("/status").find("\"side\"") == std::string::npos);
}

TEST_CASE("what a removed runtime makes after its removal is owned by nobody") {
  WithContainers node;
  std::promise<void> go;
  node.side.On("RunPodSandbox", [going = go.get_future().share()](const FakeCall&) {
    going.wait_for(std::chrono::seconds(10));
    cri::RunPodSandboxResponse response;
    response.set_pod_sandbox_id("late");
    return FakeAnswer{.messages = {response.SerializeAsString()}};
  });
  auto running = std::async(std::launch::async, [&] { return RunPod(node, "side"); });
  REQUIRE(node.side.WaitForCall("RunPodSandbox"));
  node.Reload(node.WithoutSide());
  go.set_value();
  CHECK(running.get().ok());
  node.Asked();
  Context context;
  cri::PodSandboxStatusRequest request;
  request.set_pod_sandbox_id("late");
  cri::PodSandboxStatusResponse response;
  CHECK(node.runtime->PodSandboxStatus(&context, request, &response).error_code() ==
        grpc::StatusCode::NOT_FOUND);
  CHECK(node.Asked() == "main: ListPodSandbox; vm: ListPodSandbox");
}

TEST_CASE("a removed runtime comes back with the next reload") {
  WithContainers node;
  node.Reload(node.WithoutSide());
  CHECK(List(node) == Ids{"m", "v"});
  CHECK(node.Reload(node.config) == "runtime side added; routes changed");
  CHECK(List(node) == Ids{"m", "s", "v"});
}

TEST_CASE("another runtime becomes the default with a reload") {
  WithContainers node;
  Config next = node.config;
  std::swap(next.runtimes[0], next.runtimes[1]);
  next.runtimes[0].is_default = true;
  next.runtimes[1].is_default = false;
  CHECK(node.Reload(next) == "runtime side changed; runtime main changed");
  CHECK(List(node) == Ids{"s", "m", "v"});
  node.Asked();
  CHECK(RunPod(node).ok());
  CHECK(node.Asked() == "side: RunPodSandbox");
}

TEST_CASE("reloads go by many calls without one failing") {
  WithContainers node;
  std::atomic<bool> enough = false;
  std::vector<std::future<size_t>> callers;
  for (int i = 0; i < 4; ++i) {
    callers.push_back(std::async(std::launch::async, [&] {
      size_t failures = 0;
      while (!enough) {
        if (!RunPod(node, "side").ok() || !StopContainer(node, "s").ok()) ++failures;
        Context context;
        cri::ListContainersResponse response;
        if (!node.runtime->ListContainers(&context, {}, &response).ok()) ++failures;
      }
      return failures;
    }));
  }
  for (int i = 0; i < 20; ++i) {
    node.Reload(node.WithoutSide());
    node.Reload(node.config);
  }
  enough = true;
  for (auto& caller : callers) CHECK(caller.get() == 0);
}

}  // namespace
}  // namespace crimux
