// Every RPC of the table over three journalling runtimes: the reply, and who was asked.
#include <catch2/catch.hpp>

#include "proxy/method_table.h"
#include "tests/proxy/node.h"
#include "tests/proxy/raw_call.h"

namespace crimux {
namespace {

namespace cri = runtime::v1;
using proxy::Dispatch;

// The methods of the table with that dispatch.
std::vector<const proxy::Method*> With(Dispatch dispatch) {
  std::vector<const proxy::Method*> found;
  for (const proxy::Method& method : proxy::Methods()) {
    if (method.dispatch == dispatch) found.push_back(&method);
  }
  REQUIRE(!found.empty());
  return found;
}

// What a call that names an object answers: told apart by runtime, on all three.
void Script(Node& node, const std::string& method) {
  node.main.On(method, {.messages = {Text(1, "from main")}});
  node.side.On(method, {.messages = {Text(1, "from side")}});
  node.vm.On(method, {.messages = {Text(1, "from vm")}});
}

TEST_CASE("a call that names a sandbox or container goes to its owner alone") {
  Node node;
  node.main.AddSandbox("sm");
  node.side.AddSandbox("ss");
  node.vm.AddSandbox("sv");
  node.main.AddContainer("cm", "sm");
  node.side.AddContainer("cs", "ss");
  node.vm.AddContainer("cv", "sv");
  node.Start();
  Context pods;
  cri::ListPodSandboxResponse all_pods;
  REQUIRE(node.runtime->ListPodSandbox(&pods, {}, &all_pods).ok());
  Context containers;
  cri::ListContainersResponse all_containers;
  REQUIRE(node.runtime->ListContainers(&containers, {}, &all_containers).ok());
  node.Asked();
  for (Dispatch dispatch : {Dispatch::kSandbox, Dispatch::kContainer}) {
    std::string kind = dispatch == Dispatch::kSandbox ? "s" : "c";
    for (const proxy::Method* method : With(dispatch)) {
      if (method->traits.removes) continue;
      std::string name(method->name);
      INFO(name);
      Script(node, name);
      for (const std::string owner : {"main", "side", "vm"}) {
        std::string response;
        auto status = CallBytes(node, method->path, Text(1, kind + owner[0]), &response);
        CHECK(status.error_message() == "");
        CHECK(response == Text(1, "from " + owner));
        CHECK(node.Asked() == owner + ": " + name);
      }
    }
  }
}

TEST_CASE("an id that every runtime denies is NotFound, or success where the CRI wants that") {
  Node node;
  node.Start();
  for (Dispatch dispatch : {Dispatch::kSandbox, Dispatch::kContainer}) {
    std::string list = dispatch == Dispatch::kSandbox ? "ListPodSandbox" : "ListContainers";
    for (const proxy::Method* method : With(dispatch)) {
      std::string name(method->name);
      INFO(name);
      std::string response;
      auto status = CallBytes(node, method->path, Text(1, "nobody"), &response);
      bool fine = method->traits.unknown == proxy::Unknown::kSucceeds;
      CHECK(status.error_code() == (fine ? grpc::StatusCode::OK : grpc::StatusCode::NOT_FOUND));
      CHECK(node.Asked() == "main: " + list + "; side: " + list + "; vm: " + list);
    }
  }
}

TEST_CASE("lists of all runtimes are laid end to end, the default runtime's first") {
  Node node;
  node.Start();
  for (const proxy::Method* method : With(Dispatch::kMerged)) {
    std::string name(method->name);
    INFO(name);
    Script(node, name);
    std::string response;
    auto status = CallBytes(node, method->path, "", &response);
    CHECK(status.error_message() == "");
    std::string expected = Text(1, "from main") + Text(1, "from side") + Text(1, "from vm");
    // Items that aren't messages have no field 1 to be told apart by.
    if (!method->traits.unique) CHECK(response == expected);
    CHECK(node.Asked() == "main: " + name + "; side: " + name + "; vm: " + name);
  }
}

TEST_CASE("metric descriptors that several runtimes have are listed once") {
  Node node;
  node.Start();
  Context context;
  cri::ListMetricDescriptorsResponse response;
  REQUIRE(node.runtime->ListMetricDescriptors(&context, {}, &response).ok());
  std::vector<std::string> names;
  for (const auto& descriptor : response.descriptors()) names.push_back(descriptor.name());
  CHECK(names == std::vector<std::string>{"shared", "of_main", "of_side", "of_vm"});
}

TEST_CASE("UpdateRuntimeConfig reaches all runtimes, and one failure is the answer") {
  Node node;
  node.Start();
  Context context;
  cri::UpdateRuntimeConfigResponse response;
  CHECK(node.runtime->UpdateRuntimeConfig(&context, {}, &response).ok());
  CHECK(node.Asked() ==
        "main: UpdateRuntimeConfig; side: UpdateRuntimeConfig; vm: UpdateRuntimeConfig");
  node.vm.On("UpdateRuntimeConfig", {.status = {grpc::StatusCode::ABORTED, "no"}});
  Context again;
  CHECK(node.runtime->UpdateRuntimeConfig(&again, {}, &response).error_code() ==
        grpc::StatusCode::ABORTED);
}

TEST_CASE("Version and RuntimeConfig are the default runtime's") {
  Node node;
  node.Start();
  Context context;
  cri::VersionResponse version;
  CHECK(node.runtime->Version(&context, {}, &version).ok());
  CHECK(version.runtime_name() == "fake-main");
  Context another;
  cri::RuntimeConfigResponse config;
  CHECK(node.runtime->RuntimeConfig(&another, {}, &config).ok());
  CHECK(config.linux().cgroup_driver() == cri::CGROUPFS);
  CHECK(node.Asked() == "main: RuntimeConfig");
}

TEST_CASE("a method that the table lacks is Unimplemented, names itself, and reaches nobody") {
  Node node;
  node.Start();
  std::string response;
  auto status = CallBytes(node, "/runtime.v1.RuntimeService/Teleport", "", &response);
  CHECK(status.error_code() == grpc::StatusCode::UNIMPLEMENTED);
  CHECK(status.error_message() ==
        "crimux does not know the method /runtime.v1.RuntimeService/Teleport");
  CHECK(node.Asked().empty());
  CHECK(node.Status("/status").find(R"("/runtime.v1.RuntimeService/Teleport":1)") !=
        std::string::npos);
}

}  // namespace
}  // namespace crimux
