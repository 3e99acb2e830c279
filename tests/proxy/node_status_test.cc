// Status and RuntimeConfig of the node.
#include "proxy/dispatch/node_status.h"

#include <catch2/catch.hpp>

#include "tests/proxy/node.h"

namespace crimux {
namespace {

namespace cri = runtime::v1;
using proxy::CombineStatus;
using proxy::RuntimeSelfStatus;
using proxy::RuntimeState;

void AddCondition(RuntimeSelfStatus* runtime, const std::string& type, bool holds,
                  const std::string& reason = "", const std::string& message = "") {
  auto* condition = runtime->response.mutable_status()->add_conditions();
  condition->set_type(type);
  condition->set_status(holds);
  condition->set_reason(reason);
  condition->set_message(message);
}

RuntimeSelfStatus Healthy(const std::string& name, bool required) {
  RuntimeSelfStatus runtime{.name = name, .required = required, .state = RuntimeState::kUp};
  AddCondition(&runtime, "RuntimeReady", true);
  AddCondition(&runtime, "NetworkReady", true);
  return runtime;
}

RuntimeSelfStatus Down(const std::string& name, bool required) {
  return {.name = name,
          .required = required,
          .state = RuntimeState::kDown,
          .failure = "cannot be reached"};
}

cri::RuntimeCondition Condition(const cri::StatusResponse& response, const std::string& type) {
  for (const auto& condition : response.status().conditions()) {
    if (condition.type() == type) return condition;
  }
  FAIL("no condition " << type);
  return {};
}

TEST_CASE("a node is ready while its required runtimes are, and says which other isn't") {
  auto response = CombineStatus({Healthy("main", true), Down("side", false)});
  auto ready = Condition(response, "RuntimeReady");
  CHECK(ready.status());
  CHECK(ready.message() == "runtime side: cannot be reached");
  CHECK(Condition(response, "NetworkReady").status());
}

TEST_CASE("a required runtime that is down makes the node not ready") {
  auto response = CombineStatus({Healthy("main", true), Down("side", true)});
  CHECK_FALSE(Condition(response, "RuntimeReady").status());
  CHECK_FALSE(Condition(response, "NetworkReady").status());
}

TEST_CASE("a default runtime that isn't required may be down") {
  auto response = CombineStatus({Down("main", false), Healthy("vm", true)});
  CHECK(Condition(response, "RuntimeReady").status());
  CHECK(Condition(response, "RuntimeReady").message() == "runtime main: cannot be reached");
}

TEST_CASE("the reason is the first required runtime's, the message names all") {
  auto main = Healthy("main", true);
  auto side = Healthy("side", true);
  main.response.mutable_status()->mutable_conditions(1)->set_status(false);
  main.response.mutable_status()->mutable_conditions(1)->set_reason("NetworkPluginNotReady");
  main.response.mutable_status()->mutable_conditions(1)->set_message("cni plugin not initialized");
  side.response.mutable_status()->mutable_conditions(1)->set_status(false);
  side.response.mutable_status()->mutable_conditions(1)->set_reason("Other");
  auto network = Condition(CombineStatus({main, side}), "NetworkReady");
  CHECK_FALSE(network.status());
  CHECK(network.reason() == "NetworkPluginNotReady");
  CHECK(network.message() == "runtime main: cni plugin not initialized; runtime side: Other");
  CHECK(Condition(CombineStatus({main, side}), "RuntimeReady").status());
}

TEST_CASE("each runtime's state is a condition, and the default one's other conditions stay") {
  auto main = Healthy("main", true);
  AddCondition(&main, "ContainerdHasNoDeprecationWarnings", true);
  auto side = Healthy("side", false);
  side.state = RuntimeState::kSlow;
  auto response = CombineStatus({main, side, Down("third", false)});
  CHECK(response.status().conditions(0).type() == "RuntimeReady");
  CHECK(response.status().conditions(1).type() == "NetworkReady");
  CHECK(Condition(response, "ContainerdHasNoDeprecationWarnings").status());
  CHECK(Condition(response, "crimux.io/runtime-main").reason() == "Up");
  CHECK(Condition(response, "crimux.io/runtime-main").status());
  CHECK(Condition(response, "crimux.io/runtime-side").reason() == "Slow");
  CHECK_FALSE(Condition(response, "crimux.io/runtime-side").status());
  CHECK(Condition(response, "crimux.io/runtime-third").reason() == "Down");
  CHECK(Condition(response, "crimux.io/runtime-third").message() == "cannot be reached");
}

TEST_CASE("handlers of all, features that every required runtime has") {
  auto main = Healthy("main", true);
  main.response.add_runtime_handlers()->set_name("runc");
  main.response.mutable_features()->set_supplemental_groups_policy(true);
  auto vm = Healthy("vm", false);
  vm.response.add_runtime_handlers()->set_name("vm");
  vm.response.add_runtime_handlers()->set_name("runc");
  auto response = CombineStatus({main, vm});
  REQUIRE(response.runtime_handlers_size() == 2);
  CHECK(response.runtime_handlers(1).name() == "vm");
  CHECK(response.features().supplemental_groups_policy());
  vm.required = true;
  CHECK_FALSE(CombineStatus({main, vm}).features().supplemental_groups_policy());
}

TEST_CASE("Status answers while the default runtime is down, and doesn't call it ready") {
  Node node;
  node.side_server.emplace(node.side, node.dir.path() / "side.sock");
  node.StartProxy();
  Context context;
  cri::StatusResponse response;
  REQUIRE(node.runtime->Status(&context, {}, &response).ok());
  CHECK_FALSE(Condition(response, "RuntimeReady").status());
  CHECK(Condition(response, "RuntimeReady").message().find("runtime main: ") == 0);
}

TEST_CASE("Status doesn't wait for a slow runtime longer than its list timeout") {
  Node node;
  node.config.runtimes[1].list_timeout = std::chrono::milliseconds(300);
  node.Start();
  node.side.On("Status", {.holds = true});
  Context context;
  cri::StatusResponse response;
  REQUIRE(node.runtime->Status(&context, {}, &response).ok());
  CHECK(Condition(response, "RuntimeReady").status());
  CHECK(Condition(response, "crimux.io/runtime-side").reason() == "Slow");
}

TEST_CASE("RuntimeConfig is the config's where the default runtime has none") {
  Node node;
  node.config.cgroup_driver = "cgroupfs";
  node.Start();
  cri::RuntimeConfigResponse own;
  own.mutable_linux()->set_cgroup_driver(cri::SYSTEMD);
  node.main.On("RuntimeConfig", {.messages = {own.SerializeAsString()}});
  Context first;
  cri::RuntimeConfigResponse response;
  REQUIRE(node.runtime->RuntimeConfig(&first, {}, &response).ok());
  CHECK(response.linux().cgroup_driver() == cri::SYSTEMD);
  node.main.On("RuntimeConfig", {.status = {grpc::StatusCode::UNIMPLEMENTED, "unknown method"}});
  Context second;
  REQUIRE(node.runtime->RuntimeConfig(&second, {}, &response).ok());
  CHECK(response.linux().cgroup_driver() == cri::CGROUPFS);
}

TEST_CASE("RuntimeConfig that nobody knows stays Unimplemented") {
  Node node;
  node.Start();
  node.main.On("RuntimeConfig", {.status = {grpc::StatusCode::UNIMPLEMENTED, "unknown method"}});
  Context context;
  cri::RuntimeConfigResponse response;
  CHECK(node.runtime->RuntimeConfig(&context, {}, &response).error_code() ==
        grpc::StatusCode::UNIMPLEMENTED);
}

}  // namespace
}  // namespace crimux
