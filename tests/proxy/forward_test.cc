// What goes through unchanged: metadata, deadline, cancellation, status, bytes.
#include <future>

#include <catch2/catch.hpp>

#include "tests/proxy/node.h"

namespace crimux {
namespace {

namespace cri = runtime::v1;
using std::chrono::milliseconds;
using std::chrono::system_clock;

// A node with one container on each runtime: "cm", "cs", "cv", known to the proxy.
struct Populated : Node {
  Populated() {
    main.AddContainer("cm", "sm");
    side.AddContainer("cs", "ss");
    vm.AddContainer("cv", "sv");
    Start();
    Context context;
    cri::ListContainersResponse response;
    REQUIRE(runtime->ListContainers(&context, {}, &response).ok());
    Asked();
  }
};

TEST_CASE("metadata of the client reaches the runtime, and the runtime's trailers the client") {
  Populated node;
  node.side.On("ContainerStatus",
               {.trailing_metadata = {{"x-from", "side"}, {"x-raw-bin", std::string("\0\1", 2)}}});
  Context context;
  context.AddMetadata("traceparent", "00-1-2-01");
  context.AddMetadata("x-bytes-bin", std::string("\0\xff", 2));
  CHECK(StatusOf(node, "cs", &context).ok());
  auto seen = node.side.Last("ContainerStatus")->metadata;
  REQUIRE(seen.contains("traceparent"));
  CHECK(seen.find("traceparent")->second == "00-1-2-01");
  CHECK(seen.find("x-bytes-bin")->second == std::string("\0\xff", 2));
  CHECK(seen.count("user-agent") == 1);
  auto trailers = context.GetServerTrailingMetadata();
  REQUIRE(trailers.count("x-from") == 1);
  CHECK(trailers.find("x-from")->second == "side");
  CHECK(trailers.find("x-raw-bin")->second == grpc::string_ref("\0\1", 2));
}

TEST_CASE("a status is passed on verbatim, its details once") {
  Populated node;
  grpc::Status status(grpc::StatusCode::UNKNOWN, "RegistryUnavailable: no answer",
                      std::string("\x08\x02\x12\x02hi", 6));
  node.main.On("ContainerStatus", {.status = status});
  node.vm.On("ContainerStatus", {.status = status});
  for (const std::string id : {"cm", "cv"}) {
    Context context;
    auto got = StatusOf(node, id, &context);
    CHECK(got.error_code() == status.error_code());
    CHECK(got.error_message() == status.error_message());
    CHECK(got.error_details() == status.error_details());
    CHECK(context.GetServerTrailingMetadata().count("grpc-status-details-bin") == 1);
  }
}

TEST_CASE("the client's deadline is the runtime's") {
  Populated node;
  auto deadline = system_clock::now() + std::chrono::seconds(77);
  for (auto& [id, cri] : {std::pair{"cs", &node.side}, std::pair{"cv", &node.vm}}) {
    grpc::ClientContext context;
    context.set_deadline(deadline);
    CHECK(StatusOf(node, id, &context).ok());
    auto seen = cri->Last("ContainerStatus")->deadline;
    CHECK(std::chrono::abs(seen - deadline) < milliseconds(500));
  }
}

TEST_CASE("a call without a deadline gets the runtime's timeout, a pull none") {
  Node node;
  node.config.runtimes[0].timeout = std::chrono::seconds(33);
  node.Start();
  // Not Version, which crimux asks by itself as well.
  grpc::ClientContext config;
  cri::UpdateRuntimeConfigResponse updated;
  CHECK(node.runtime->UpdateRuntimeConfig(&config, {}, &updated).ok());
  auto left = node.main.Last("UpdateRuntimeConfig")->deadline - system_clock::now();
  CHECK(left > std::chrono::seconds(20));
  CHECK(left < std::chrono::seconds(34));
  grpc::ClientContext pull;
  cri::PullImageResponse pulled;
  CHECK(node.image->PullImage(&pull, {}, &pulled).ok());
  CHECK(node.main.Last("PullImage")->deadline == system_clock::time_point::max());
}

TEST_CASE("a deadline that passes ends the call at the client and at the runtime") {
  Populated node;
  node.side.On("ContainerStatus", {.holds = true});
  node.vm.On("ContainerStatus", {.holds = true});
  for (auto& [id, cri] : {std::pair{"cs", &node.side}, std::pair{"cv", &node.vm}}) {
    grpc::ClientContext context;
    context.set_deadline(system_clock::now() + milliseconds(400));
    CHECK(StatusOf(node, id, &context).error_code() == grpc::StatusCode::DEADLINE_EXCEEDED);
    CHECK(cri->WaitForCancelled("ContainerStatus"));
  }
}

TEST_CASE("a client that gives up cancels the call at the runtime") {
  Populated node;
  node.side.On("ContainerStatus", {.holds = true});
  node.vm.On("ContainerStatus", {.holds = true});
  for (auto& [id, cri] : {std::pair{"cs", &node.side}, std::pair{"cv", &node.vm}}) {
    Context context;
    auto call = std::async(std::launch::async, [&, i = id] { return StatusOf(node, i, &context); });
    REQUIRE(cri->WaitForCall("ContainerStatus"));
    context.TryCancel();
    CHECK(call.get().error_code() == grpc::StatusCode::CANCELLED);
    CHECK(cri->WaitForCancelled("ContainerStatus"));
  }
}

TEST_CASE("a call that blocks in the embedded runtime delays no other") {
  Populated node;
  node.vm.On("StopContainer", {.holds = true});
  cri::StopContainerRequest stop;
  stop.set_container_id("cv");
  std::vector<std::unique_ptr<Context>> contexts;
  std::vector<std::future<grpc::Status>> calls;
  for (int i = 0; i < 20; ++i) {
    contexts.push_back(std::make_unique<Context>());
    calls.push_back(std::async(std::launch::async, [&node, &stop, c = contexts.back().get()] {
      cri::StopContainerResponse response;
      return node.runtime->StopContainer(c, stop, &response);
    }));
  }
  REQUIRE(node.vm.WaitForCall("StopContainer", 20));
  Context context;
  CHECK(StatusOf(node, "cv", &context).ok());
  for (auto& held : contexts) held->TryCancel();
  for (auto& call : calls) CHECK(call.get().error_code() == grpc::StatusCode::CANCELLED);
}

TEST_CASE("an answer of 15 MiB passes, one past 16 MiB is ResourceExhausted") {
  Populated node;
  for (FakeCri* cri : {&node.side, &node.vm}) {
    std::string id = cri == &node.side ? "cs" : "cv";
    cri::ContainerStatusResponse big;
    (*big.mutable_info())["x"] = std::string(15 << 20, 'x');
    cri->On("ContainerStatus", {.messages = {big.SerializeAsString()}});
    Context context;
    CHECK(StatusOf(node, id, &context).ok());
    (*big.mutable_info())["x"] = std::string(17 << 20, 'x');
    cri->On("ContainerStatus", {.messages = {big.SerializeAsString()}});
    Context again;
    CHECK(StatusOf(node, id, &again).error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  }
}

TEST_CASE("a merged list past 16 MiB is ResourceExhausted, and a request too") {
  Populated node;
  cri::ListContainersResponse half;
  half.add_containers()->set_image_ref(std::string(9 << 20, 'x'));
  node.main.On("ListContainers", {.messages = {half.SerializeAsString()}});
  node.vm.On("ListContainers", {.messages = {half.SerializeAsString()}});
  Context context;
  cri::ListContainersResponse response;
  CHECK(node.runtime->ListContainers(&context, {}, &response).error_code() ==
        grpc::StatusCode::RESOURCE_EXHAUSTED);
  Context again;
  CHECK(StatusOf(node, std::string(17 << 20, 'x'), &again).error_code() ==
        grpc::StatusCode::RESOURCE_EXHAUSTED);
}

}  // namespace
}  // namespace crimux
