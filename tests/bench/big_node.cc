#include "tests/bench/big_node.h"

#include <fmt/format.h>

#include "runtime/v1/api.pb.h"

namespace crimux::bench {
namespace {

namespace cri = runtime::v1;

constexpr int64_t kCreated = 1'700'000'000'000'000'000;
constexpr char kImage[] = "sha256:5d0da3dc976460b72c77d94c8a1ad043720b0416bfc16c52c45d4847e53fadb6";

grpc::ByteBuffer Serialized(const google::protobuf::MessageLite& message) {
  grpc::Slice slice(message.SerializeAsString());
  return {&slice, 1};
}

template <class Map>
void AddPodLabels(Map& labels, const std::string& prefix, int pod) {
  labels["app.kubernetes.io/name"] = "web-frontend";
  labels["app.kubernetes.io/instance"] = fmt::format("release-{}", pod % 7);
  labels["pod-template-hash"] = "7d4b9c6f5b";
  labels["io.kubernetes.pod.name"] = fmt::format("web-{}-7d4b9c6f5b-x{:05}", prefix, pod);
  labels["io.kubernetes.pod.namespace"] = "production";
  labels["io.kubernetes.pod.uid"] = fmt::format("8f14e45f-ceea-467f-a34c-{:012}", pod);
}

void FillSandbox(const std::string& prefix, int pod, cri::PodSandbox* sandbox) {
  sandbox->set_id(SandboxId(prefix, pod));
  cri::PodSandboxMetadata* metadata = sandbox->mutable_metadata();
  metadata->set_name(fmt::format("web-{}-7d4b9c6f5b-x{:05}", prefix, pod));
  metadata->set_uid(fmt::format("8f14e45f-ceea-467f-a34c-{:012}", pod));
  metadata->set_namespace_("production");
  sandbox->set_created_at(kCreated + pod);
  AddPodLabels(*sandbox->mutable_labels(), prefix, pod);
  auto& annotations = *sandbox->mutable_annotations();
  annotations["kubernetes.io/config.seen"] = "2025-11-14T22:13:20.123456789Z";
  annotations["kubernetes.io/config.source"] = "api";
  annotations["prometheus.io/scrape"] = "true";
  annotations["cni.projectcalico.org/podIP"] = fmt::format("10.244.{}.{}/32", pod / 256, pod % 256);
}

void FillContainer(const std::string& prefix, int pod, cri::Container* container) {
  container->set_id(ContainerId(prefix, pod));
  container->set_pod_sandbox_id(SandboxId(prefix, pod));
  container->mutable_metadata()->set_name("web");
  container->mutable_image()->set_image(kImage);
  container->set_image_ref(kImage);
  container->set_state(cri::CONTAINER_RUNNING);
  container->set_created_at(kCreated + pod);
  AddPodLabels(*container->mutable_labels(), prefix, pod);
  (*container->mutable_labels())["io.kubernetes.container.name"] = "web";
  auto& annotations = *container->mutable_annotations();
  annotations["io.kubernetes.container.hash"] = "5f6d7c8b";
  annotations["io.kubernetes.container.ports"] =
      R"([{"name":"http","containerPort":8080,"protocol":"TCP"}])";
  annotations["io.kubernetes.container.restartCount"] = "0";
  annotations["io.kubernetes.container.terminationMessagePath"] = "/dev/termination-log";
  annotations["io.kubernetes.container.terminationMessagePolicy"] = "File";
  annotations["io.kubernetes.pod.terminationGracePeriod"] = "30";
}

void FillStats(const std::string& prefix, int pod, cri::ContainerStats* stats) {
  cri::ContainerAttributes* attributes = stats->mutable_attributes();
  attributes->set_id(ContainerId(prefix, pod));
  attributes->mutable_metadata()->set_name("web");
  AddPodLabels(*attributes->mutable_labels(), prefix, pod);
  stats->mutable_cpu()->set_timestamp(kCreated);
  stats->mutable_cpu()->mutable_usage_core_nano_seconds()->set_value(123'456'789);
  stats->mutable_memory()->set_timestamp(kCreated);
  stats->mutable_memory()->mutable_working_set_bytes()->set_value(64 << 20);
}

cri::StatusResponse ReadyStatus() {
  cri::StatusResponse response;
  for (const char* type : {"RuntimeReady", "NetworkReady"}) {
    cri::RuntimeCondition* condition = response.mutable_status()->add_conditions();
    condition->set_type(type);
    condition->set_status(true);
  }
  return response;
}

cri::VersionResponse Version() {
  cri::VersionResponse response;
  response.set_version("0.1.0");
  response.set_runtime_name("bench");
  response.set_runtime_version("1.0.0");
  response.set_runtime_api_version("v1");
  return response;
}

cri::ListImagesResponse Images(const std::string& prefix, int count) {
  cri::ListImagesResponse response;
  for (int i = 0; i < count; ++i) {
    cri::Image* image = response.add_images();
    image->set_id(fmt::format("sha256:{:0>64}", i));
    image->add_repo_tags(fmt::format("registry.example/{}/service-{}:1.2.3", prefix, i));
    image->add_repo_digests(
        fmt::format("registry.example/{0}/service-{1}@sha256:{1:0>64}", prefix, i));
    image->set_size(50 << 20);
  }
  return response;
}

}  // namespace

std::string SandboxId(const std::string& prefix, int pod) {
  return fmt::format("{}{:0>{}}", prefix, pod, 64 - prefix.size());
}

std::string ContainerId(const std::string& prefix, int pod) {
  return fmt::format("{}c{:0>{}}", prefix, pod, 63 - prefix.size());
}

BigNode::BigNode(const std::string& prefix, int pods, bool fresh)
    : prefix_(prefix), pods_(pods), fresh_(fresh) {
  cri::ContainerStatusResponse container;
  container.mutable_status()->set_id(ContainerId(prefix, 0));
  container.mutable_status()->set_state(cri::CONTAINER_RUNNING);
  cri::PodSandboxStatusResponse sandbox;
  sandbox.mutable_status()->set_id(SandboxId(prefix, 0));
  cri::ImageFsInfoResponse disks;
  disks.add_image_filesystems()->mutable_fs_id()->set_mountpoint("/" + prefix);

  for (const char* list : {"ListPodSandbox", "ListContainers", "ListContainerStats"}) {
    by_method_[list] = MakeList(list);
  }
  by_method_["ListImages"] = Serialized(Images(prefix, 30));
  by_method_["ImageFsInfo"] = Serialized(disks);
  by_method_["ContainerStatus"] = Serialized(container);
  by_method_["PodSandboxStatus"] = Serialized(sandbox);
  by_method_["Status"] = Serialized(ReadyStatus());
  by_method_["Version"] = Serialized(Version());
}

grpc::ByteBuffer BigNode::MakeList(const std::string& method) const {
  if (method == "ListPodSandbox") {
    cri::ListPodSandboxResponse response;
    for (int pod = 0; pod < pods_; ++pod) FillSandbox(prefix_, pod, response.add_items());
    return Serialized(response);
  }
  if (method == "ListContainers") {
    cri::ListContainersResponse response;
    for (int pod = 0; pod < pods_; ++pod) FillContainer(prefix_, pod, response.add_containers());
    return Serialized(response);
  }
  if (method == "ListContainerStats") {
    cri::ListContainerStatsResponse response;
    for (int pod = 0; pod < pods_; ++pod) FillStats(prefix_, pod, response.add_stats());
    return Serialized(response);
  }
  return {};
}

BigNode::Answer BigNode::AnswerTo(const std::string& path) const {
  std::string method = path.substr(path.rfind('/') + 1);
  auto found = by_method_.find(method);
  bool is_v1 = path.starts_with("/runtime.v1.");
  if (found == by_method_.end() || !is_v1) {
    return {{grpc::StatusCode::UNIMPLEMENTED, "no " + path}, {}};
  }
  if (fresh_) {
    grpc::ByteBuffer list = MakeList(method);
    if (list.Valid()) return {{}, list};
  }
  return {{}, found->second};
}

}  // namespace crimux::bench
