// Where pods and images go.
#include <catch2/catch.hpp>

#include "tests/proxy/node.h"

namespace crimux {
namespace {

namespace cri = runtime::v1;

grpc::Status RunSandbox(Node& node, const cri::RunPodSandboxRequest& request,
                        std::string* id = nullptr) {
  Context context;
  cri::RunPodSandboxResponse response;
  auto status = node.runtime->RunPodSandbox(&context, request, &response);
  if (id != nullptr) *id = response.pod_sandbox_id();
  return status;
}

cri::RunPodSandboxRequest PodWithTarget(const std::string& target) {
  cri::RunPodSandboxRequest request;
  (*request.mutable_config()->mutable_annotations())["kubernetes.io/target-runtime"] = target;
  return request;
}

TEST_CASE("a pod without marks goes to the default runtime") {
  Node node;
  node.Start();
  CHECK(RunSandbox(node, {}).ok());
  CHECK(node.Asked() == "main: RunPodSandbox");
}

TEST_CASE("a pod goes by handler, annotation, label or namespace") {
  Node node;
  node.Start();
  cri::RunPodSandboxRequest by_handler;
  by_handler.set_runtime_handler("vm");
  CHECK(RunSandbox(node, by_handler).ok());
  CHECK(node.Asked() == "vm: RunPodSandbox");
  CHECK(RunSandbox(node, PodWithTarget("virtlet.cloud")).ok());
  CHECK(node.Asked() == "vm: RunPodSandbox");
  cri::RunPodSandboxRequest by_label;
  (*by_label.mutable_config()->mutable_labels())["tier"] = "side";
  CHECK(RunSandbox(node, by_label).ok());
  CHECK(node.Asked() == "side: RunPodSandbox");
  cri::RunPodSandboxRequest by_namespace;
  by_namespace.mutable_config()->mutable_metadata()->set_namespace_("side-system");
  CHECK(RunSandbox(node, by_namespace).ok());
  CHECK(node.Asked() == "side: RunPodSandbox");
}

TEST_CASE("the first route that matches decides") {
  Node node;
  node.Start();
  cri::RunPodSandboxRequest both;
  both.set_runtime_handler("vm");
  (*both.mutable_config()->mutable_labels())["tier"] = "side";
  CHECK(RunSandbox(node, both).ok());
  CHECK(node.Asked() == "vm: RunPodSandbox");
}

TEST_CASE("a target annotation may be a runtime's name, without any route") {
  Node node;
  node.config.routes.clear();
  node.Start();
  for (const std::string name : {"main", "side", "vm"}) {
    CHECK(RunSandbox(node, PodWithTarget(name)).ok());
    CHECK(node.Asked() == name + ": RunPodSandbox");
  }
}

TEST_CASE("a target annotation that names no runtime is refused, and the known ones are told") {
  Node node;
  node.Start();
  auto status = RunSandbox(node, PodWithTarget("moon"));
  CHECK(status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  CHECK(status.error_message() ==
        "annotation kubernetes.io/target-runtime is \"moon\", which names no runtime; known are: "
        "main, side, virtlet.cloud, vm");
  CHECK(node.Asked().empty());
  Context context;
  cri::ImageStatusRequest image;
  (*image.mutable_image()->mutable_annotations())["kubernetes.io/target-runtime"] = "moon";
  cri::ImageStatusResponse response;
  CHECK(node.image->ImageStatus(&context, image, &response).error_code() ==
        grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_CASE("a request that isn't a message is refused") {
  Node node;
  node.Start();
  cri::ImageSpec garbage;
  garbage.set_image("\xff\xff\xff");
  Context context;
  cri::RunPodSandboxRequest request;
  request.set_runtime_handler("x");
  // Field 1 as a string that can't be a PodSandboxConfig.
  auto unknown = reinterpret_cast<cri::RunPodSandboxRequest*>(&request);
  unknown->GetReflection()->MutableUnknownFields(unknown)->AddLengthDelimited(1, "\xff\xff\xff");
  CHECK(RunSandbox(node, request).error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  CHECK(node.Asked().empty());
}

TEST_CASE("containers and all that follows go where the sandbox or container is") {
  Node node;
  node.Start();
  std::string sandbox;
  REQUIRE(RunSandbox(node, PodWithTarget("vm"), &sandbox).ok());
  CHECK(sandbox == "vm-sandbox-1");
  Context context;
  cri::CreateContainerRequest create;
  create.set_pod_sandbox_id(sandbox);
  create.mutable_config()->mutable_image()->set_image("side.example/anything");
  cri::CreateContainerResponse created;
  REQUIRE(node.runtime->CreateContainer(&context, create, &created).ok());
  Context start_context;
  cri::StartContainerRequest start;
  start.set_container_id(created.container_id());
  cri::StartContainerResponse started;
  CHECK(node.runtime->StartContainer(&start_context, start, &started).ok());
  CHECK(node.Asked() == "vm: RunPodSandbox; vm: CreateContainer; vm: StartContainer");
}

TEST_CASE("an image goes by prefix, handler or annotation, else to the default runtime") {
  Node node;
  node.Start();
  struct Case {
    cri::ImageSpec image;
    std::string runtime;
  };
  std::vector<Case> cases(5);
  cases[0] = {.runtime = "main"};
  cases[0].image.set_image("docker.io/library/nginx");
  cases[1] = {.runtime = "vm"};
  cases[1].image.set_image("vm.crimux.io/cirros");
  cases[2] = {.runtime = "side"};
  cases[2].image.set_image("side.example/nginx");
  cases[3] = {.runtime = "vm"};
  cases[3].image.set_image("cirros");
  cases[3].image.set_runtime_handler("vm");
  cases[4] = {.runtime = "vm"};
  cases[4].image.set_image("cirros");
  (*cases[4].image.mutable_annotations())["kubernetes.io/target-runtime"] = "vm";
  for (const Case& c : cases) {
    INFO(c.image.ShortDebugString());
    Context status_context;
    cri::ImageStatusRequest status;
    *status.mutable_image() = c.image;
    cri::ImageStatusResponse status_response;
    CHECK(node.image->ImageStatus(&status_context, status, &status_response).ok());
    CHECK(node.Asked() == c.runtime + ": ImageStatus");
    Context pull_context;
    cri::PullImageRequest pull;
    *pull.mutable_image() = c.image;
    cri::PullImageResponse pull_response;
    CHECK(node.image->PullImage(&pull_context, pull, &pull_response).ok());
    CHECK(node.Asked() == c.runtime + ": PullImage");
    Context remove_context;
    cri::RemoveImageRequest remove;
    *remove.mutable_image() = c.image;
    cri::RemoveImageResponse remove_response;
    CHECK(node.image->RemoveImage(&remove_context, remove, &remove_response).ok());
    CHECK(node.Asked() == c.runtime + ": RemoveImage");
  }
}

TEST_CASE("a pull is routed by the pod's own marks too") {
  Node node;
  node.Start();
  cri::PullImageRequest pull;
  pull.mutable_image()->set_image("nginx");
  pull.mutable_sandbox_config()->mutable_metadata()->set_namespace_("side-system");
  Context context;
  cri::PullImageResponse response;
  CHECK(node.image->PullImage(&context, pull, &response).ok());
  CHECK(node.Asked() == "side: PullImage");
}

}  // namespace
}  // namespace crimux
