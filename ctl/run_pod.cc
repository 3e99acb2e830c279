#include "ctl/run_pod.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "base/id.h"
#include "base/rollback.h"
#include "ctl/cri/pods.h"
#include "ctl/kubelet/container_config.h"
#include "ctl/kubelet/image_name.h"
#include "ctl/kubelet/names.h"
#include "ctl/kubelet/sandbox_config.h"
#include "ctl/pod_folders.h"

namespace crimux::ctl {
namespace {

using runtime::v1::ImageSpec;
using runtime::v1::PodSandboxConfig;

constexpr std::chrono::seconds kSandboxTimeout{240};
constexpr char kVersion[] = "0.1.0";

void CheckCondition(const runtime::v1::RuntimeStatus& status, const std::string& type) {
  for (const runtime::v1::RuntimeCondition& condition : status.conditions()) {
    if (condition.type() != type || condition.status()) continue;
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, "use runtime", type,
                fmt::format("not ready: {}: {}", condition.reason(), condition.message()));
  }
}

void CheckReady(CriClient& client, const Pod& pod) {
  runtime::v1::VersionRequest version;
  version.set_version(kVersion);
  client.Call(&RuntimeStub::Version, version, {"Version", ""});
  auto response = client.Call(&RuntimeStub::Status, runtime::v1::StatusRequest(), {"Status", ""});
  CheckCondition(response.status(), "RuntimeReady");
  if (!pod.host_network) CheckCondition(response.status(), "NetworkReady");
}

void RefuseSecond(CriClient& client, const Pod& pod) {
  Labels labels = {{kPodNameLabel, pod.name}, {kPodNamespaceLabel, pod.pod_namespace}};
  std::vector<runtime::v1::PodSandbox> there = ListSandboxes(client, labels);
  if (there.empty()) return;
  throw Error(grpc::StatusCode::ALREADY_EXISTS, "run pod", pod.FullName(),
              fmt::format("there is one, sandbox {}", ShortId(there.front().id())));
}

// The image's reference, or empty when it is not there.
std::string FindImage(CriClient& client, const ImageSpec& spec) {
  runtime::v1::ImageStatusRequest request;
  *request.mutable_image() = spec;
  return client.Call(&ImageStub::ImageStatus, request, {"ImageStatus", spec.image()}).image().id();
}

std::string PullImage(CriClient& client, const ImageSpec& spec, const PodSandboxConfig& config) {
  runtime::v1::PullImageRequest request;
  *request.mutable_image() = spec;
  *request.mutable_sandbox_config() = config;
  return client.Call(&ImageStub::PullImage, request, {"PullImage", spec.image(), std::nullopt})
      .image_ref();
}

// Has the image there, as the container's policy wants it; returns its reference.
std::string EnsureImage(CriClient& client, const Container& container, const std::string& handler,
                        const PodSandboxConfig& config) {
  ImageSpec spec;
  spec.set_image(NormalImageName(container.image));
  *spec.mutable_annotations() = config.annotations();
  spec.set_runtime_handler(handler);
  std::string policy = container.image_pull_policy.empty() ? DefaultPullPolicy(container.image)
                                                           : container.image_pull_policy;
  std::string there = FindImage(client, spec);
  if (policy == "Never" && there.empty()) {
    throw Error(grpc::StatusCode::NOT_FOUND, "find image", spec.image(),
                "not there, and imagePullPolicy is Never");
  }
  bool pull = policy == "Always" || there.empty();
  return pull ? PullImage(client, spec, config) : there;
}

std::string RunSandbox(CriClient& client, const PodSandboxConfig& config, const std::string& name,
                       const std::string& handler) {
  runtime::v1::RunPodSandboxRequest request;
  *request.mutable_config() = config;
  request.set_runtime_handler(handler);
  return client.Call(&RuntimeStub::RunPodSandbox, request, {"RunPodSandbox", name, kSandboxTimeout})
      .pod_sandbox_id();
}

void RunContainer(CriClient& client, const std::string& sandbox_id, const std::string& name,
                  const runtime::v1::ContainerConfig& config, const PodSandboxConfig& sandbox) {
  runtime::v1::CreateContainerRequest create;
  create.set_pod_sandbox_id(sandbox_id);
  *create.mutable_config() = config;
  *create.mutable_sandbox_config() = sandbox;
  auto created = client.Call(&RuntimeStub::CreateContainer, create, {"CreateContainer", name});
  runtime::v1::StartContainerRequest start;
  start.set_container_id(created.container_id());
  client.Call(&RuntimeStub::StartContainer, start, {"StartContainer", name});
}

}  // namespace

std::string RunPod(CriClient& client, const Pod& pod, const Node& node,
                   const std::string& handler) {
  CheckReady(client, pod);
  RefuseSecond(client, pod);
  PodSandboxConfig config = ToSandboxConfig(pod, node, ReadFile(node.resolv_conf));
  std::vector<std::string> images;
  for (const Container& container : pod.containers) {
    images.push_back(EnsureImage(client, container, handler, config));
  }
  Rollback rollback;
  MakePodFolders(pod, node, rollback);
  std::string sandbox_id = RunSandbox(client, config, pod.FullName(), handler);
  rollback.Add("remove sandbox " + sandbox_id,
               [&client, sandbox_id] { RemovePod(client, sandbox_id, std::chrono::seconds(0)); });
  for (size_t i = 0; i < pod.containers.size(); ++i) {
    const Container& container = pod.containers[i];
    RunContainer(client, sandbox_id, pod.FullName() + "/" + container.name,
                 ToContainerConfig(pod, container, images[i], node), config);
  }
  rollback.Commit();
  return sandbox_id;
}

}  // namespace crimux::ctl
