// Restarts and runtimes that are away.
#include <catch2/catch.hpp>

#include "tests/proxy/node.h"

namespace crimux {
namespace {

namespace cri = runtime::v1;

// Makes all ids known, with nothing left in flight: a search for one id calls off the questions
// that it no longer needs, and they may be seen or not.
void LearnAll(Node& node) {
  Context context;
  cri::ListContainersResponse response;
  REQUIRE(node.runtime->ListContainers(&context, {}, &response).ok());
}

TEST_CASE("after a restart, owners are found by asking all runtimes once") {
  Node node;
  node.vm.AddContainer("cv", "sv");
  node.Start();
  CHECK(StatusOf(node, "cv").ok());
  // The others may be called off before they see the question.
  CHECK_THAT(node.Asked(), Catch::EndsWith("vm: ListContainers; vm: ContainerStatus"));
  CHECK(StatusOf(node, "cv").ok());
  CHECK(node.Asked() == "vm: ContainerStatus");
  node.StopProxy();
  node.StartProxy();
  CHECK(StatusOf(node, "cv").ok());
  CHECK_THAT(node.Asked(), Catch::EndsWith("vm: ListContainers; vm: ContainerStatus"));
}

TEST_CASE("a runtime that forgot an id is asked no more once all were") {
  Node node;
  node.side.AddContainer("cs", "ss");
  node.Start();
  LearnAll(node);
  node.side.On("ContainerStatus", {.status = {grpc::StatusCode::NOT_FOUND, "gone"}});
  node.Asked();
  auto status = StatusOf(node, "cs");
  CHECK(status.error_code() == grpc::StatusCode::NOT_FOUND);
  CHECK(status.error_message() == "gone");
  CHECK(node.Asked() == "side: ContainerStatus");
}

TEST_CASE("a removed container is forgotten") {
  Node node;
  node.side.AddContainer("cs", "ss");
  node.Start();
  LearnAll(node);
  Context context;
  cri::RemoveContainerRequest request;
  request.set_container_id("cs");
  cri::RemoveContainerResponse response;
  CHECK(node.runtime->RemoveContainer(&context, request, &response).ok());
  node.Asked();
  CHECK(StatusOf(node, "cs").error_code() == grpc::StatusCode::NOT_FOUND);
  CHECK(node.Asked() == "main: ListContainers; side: ListContainers; vm: ListContainers");
}

TEST_CASE("what is addressed to a runtime that is away is Unavailable at once and names it") {
  Node node;
  node.side.AddContainer("cs", "ss");
  node.Start();
  REQUIRE(StatusOf(node, "cs").ok());
  node.side_server.reset();
  auto start = std::chrono::steady_clock::now();
  auto status = StatusOf(node, "cs");
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
  CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(status.error_message().find("runtime \"side\" at unix://") != std::string::npos);
}

TEST_CASE("an unknown id is Unavailable, not NotFound, while a runtime can't be asked") {
  Node node;
  node.Start();
  node.side_server.reset();
  auto status = StatusOf(node, "nobody");
  CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(status.error_message().find("\"side\"") != std::string::npos);
  Context context;
  cri::StopPodSandboxRequest request;
  request.set_pod_sandbox_id("nobody");
  cri::StopPodSandboxResponse response;
  CHECK(node.runtime->StopPodSandbox(&context, request, &response).error_code() ==
        grpc::StatusCode::UNAVAILABLE);
}

TEST_CASE("a runtime that comes back is used again within a second") {
  Node node;
  node.side.AddContainer("cs", "ss");
  node.Start();
  REQUIRE(StatusOf(node, "cs").ok());
  node.side_server.reset();
  REQUIRE_FALSE(StatusOf(node, "cs").ok());
  node.side_server.emplace(node.side, node.dir.path() / "side.sock");
  auto back = std::chrono::steady_clock::now();
  CHECK(Eventually([&] { return StatusOf(node, "cs").ok(); }));
  CHECK(std::chrono::steady_clock::now() - back < std::chrono::milliseconds(1300));
}

TEST_CASE("a call whose runtime dies under it is Unavailable and names it") {
  Node node;
  node.side.AddContainer("cs", "ss");
  node.Start();
  REQUIRE(StatusOf(node, "cs").ok());
  node.side.On("ContainerStatus", {.holds = true});
  std::thread killer([&] {
    node.side.WaitForCall("ContainerStatus", 2);
    node.side_server.reset();
  });
  auto status = StatusOf(node, "cs");
  killer.join();
  CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
}

TEST_CASE("Status tells of the runtimes beside the default one in its messages") {
  Node node;
  node.Start();
  cri::StatusResponse bad_network;
  auto* condition = bad_network.mutable_status()->add_conditions();
  condition->set_type("NetworkReady");
  condition->set_message("no CNI config");
  node.vm.On("Status", {.messages = {bad_network.SerializeAsString()}});
  node.side_server.reset();
  Context context;
  cri::StatusRequest request;
  request.set_verbose(true);
  cri::StatusResponse response;
  REQUIRE(node.runtime->Status(&context, request, &response).ok());
  REQUIRE(response.status().conditions_size() == 5);
  CHECK(response.status().conditions(0).status());
  CHECK(response.status().conditions(0).message().find("runtime side: ") == 0);
  CHECK(response.status().conditions(1).status());
  CHECK_THAT(response.status().conditions(1).message(),
             Catch::EndsWith("runtime vm: no CNI config"));
  CHECK(response.info().at("config") == "main");
}

TEST_CASE("Status has the handlers and the verbose info of all runtimes") {
  Node node;
  node.Start();
  Context context;
  cri::StatusRequest request;
  request.set_verbose(true);
  cri::StatusResponse response;
  REQUIRE(node.runtime->Status(&context, request, &response).ok());
  REQUIRE(response.runtime_handlers_size() == 3);
  CHECK(response.runtime_handlers(2).name() == "vm");
  CHECK(response.info().at("vm/config") == "vm");
}

}  // namespace
}  // namespace crimux
