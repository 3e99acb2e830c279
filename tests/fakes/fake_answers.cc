// What a fake runtime answers without a script.
#include <algorithm>

#include "proxy/method_table.h"
#include "runtime/v1/api.pb.h"
#include "tests/fakes/fake_cri.h"

namespace crimux {
namespace {

namespace cri = runtime::v1;

template <class Message>
Message Parse(const std::string& bytes) {
  Message message;
  message.ParseFromString(bytes);
  return message;
}

FakeAnswer Ok(const google::protobuf::MessageLite& message) {
  return {.messages = {message.SerializeAsString()}};
}

FakeAnswer NotFound(const std::string& id) {
  return {.status = {grpc::StatusCode::NOT_FOUND, "fake: no \"" + id + "\""}};
}

bool Passes(const std::string& wanted, const std::string& value) {
  return wanted.empty() || wanted == value;
}

}  // namespace

FakeAnswer FakeCri::Usual(const FakeCall& call) {
  const proxy::Method* method = proxy::FindMethod("/runtime.v1.RuntimeService/" + call.method);
  if (method == nullptr) method = proxy::FindMethod("/runtime.v1.ImageService/" + call.method);
  if (method != nullptr && method->IsStream()) return Streams(call);
  if (call.method.find("Image") != std::string::npos) return Images(call);
  if (call.method.find("PodSandbox") != std::string::npos) return Sandboxes(call);
  if (call.method.find("Container") != std::string::npos) return Containers(call);
  return Node(call);
}

FakeAnswer FakeCri::Sandboxes(const FakeCall& call) {
  if (call.method == "RunPodSandbox") {
    cri::RunPodSandboxResponse response;
    response.set_pod_sandbox_id(name_ + "-sandbox-" + std::to_string(next_++));
    sandboxes_.push_back(response.pod_sandbox_id());
    return Ok(response);
  }
  if (call.method == "ListPodSandbox") {
    auto filter = Parse<cri::ListPodSandboxRequest>(call.request).filter();
    cri::ListPodSandboxResponse response;
    for (const std::string& id : sandboxes_) {
      if (Passes(filter.id(), id)) response.add_items()->set_id(id);
    }
    return Ok(response);
  }
  if (call.method == "ListPodSandboxStats") {
    auto filter = Parse<cri::ListPodSandboxStatsRequest>(call.request).filter();
    cri::ListPodSandboxStatsResponse response;
    for (const std::string& id : sandboxes_) {
      if (Passes(filter.id(), id)) response.add_stats()->mutable_attributes()->set_id(id);
    }
    return Ok(response);
  }
  if (call.method == "ListPodSandboxMetrics") {
    cri::ListPodSandboxMetricsResponse response;
    for (const std::string& id : sandboxes_) response.add_pod_metrics()->set_pod_sandbox_id(id);
    return Ok(response);
  }
  // All others name a sandbox in field 1, as PodSandboxStatusRequest does.
  std::string id = Parse<cri::PodSandboxStatusRequest>(call.request).pod_sandbox_id();
  auto found = std::find(sandboxes_.begin(), sandboxes_.end(), id);
  if (found == sandboxes_.end()) return NotFound(id);
  if (call.method == "RemovePodSandbox") sandboxes_.erase(found);
  if (call.method != "PodSandboxStatus") return {};
  cri::PodSandboxStatusResponse response;
  response.mutable_status()->set_id(id);
  return Ok(response);
}

FakeAnswer FakeCri::Containers(const FakeCall& call) {
  if (call.method == "CreateContainer") {
    cri::CreateContainerResponse response;
    response.set_container_id(name_ + "-container-" + std::to_string(next_++));
    containers_.emplace_back(response.container_id(),
                             Parse<cri::CreateContainerRequest>(call.request).pod_sandbox_id());
    return Ok(response);
  }
  if (call.method == "ListContainers") {
    auto filter = Parse<cri::ListContainersRequest>(call.request).filter();
    cri::ListContainersResponse response;
    for (const auto& [id, sandbox] : containers_) {
      if (!Passes(filter.id(), id) || !Passes(filter.pod_sandbox_id(), sandbox)) continue;
      cri::Container* container = response.add_containers();
      container->set_id(id);
      container->set_pod_sandbox_id(sandbox);
    }
    return Ok(response);
  }
  if (call.method == "ListContainerStats") {
    auto filter = Parse<cri::ListContainerStatsRequest>(call.request).filter();
    cri::ListContainerStatsResponse response;
    for (const auto& [id, sandbox] : containers_) {
      if (!Passes(filter.id(), id) || !Passes(filter.pod_sandbox_id(), sandbox)) continue;
      response.add_stats()->mutable_attributes()->set_id(id);
    }
    return Ok(response);
  }
  // All others name a container in field 1, as ContainerStatusRequest does.
  std::string id = Parse<cri::ContainerStatusRequest>(call.request).container_id();
  auto found = std::find_if(containers_.begin(), containers_.end(),
                            [&](const auto& container) { return container.first == id; });
  if (found == containers_.end()) return NotFound(id);
  if (call.method == "RemoveContainer") containers_.erase(found);
  if (call.method != "ContainerStatus") return {};
  cri::ContainerStatusResponse response;
  response.mutable_status()->set_id(id);
  return Ok(response);
}

FakeAnswer FakeCri::Images(const FakeCall& call) {
  if (call.method == "ListImages") {
    cri::ListImagesResponse response;
    for (const auto& [id, tag] : images_) {
      cri::Image* image = response.add_images();
      image->set_id(id);
      image->add_repo_tags(tag);
    }
    return Ok(response);
  }
  if (call.method == "ImageFsInfo") {
    cri::ImageFsInfoResponse response;
    response.add_image_filesystems()->mutable_fs_id()->set_mountpoint("/" + name_);
    return Ok(response);
  }
  // All others have an ImageSpec in field 1, as ImageStatusRequest does.
  std::string wanted = Parse<cri::ImageStatusRequest>(call.request).image().image();
  if (call.method == "PullImage") {
    cri::PullImageResponse response;
    response.set_image_ref("sha256:" + std::string(60, 'a') + std::to_string(1000 + next_++));
    images_.emplace_back(response.image_ref(), wanted);
    return Ok(response);
  }
  auto found = std::find_if(images_.begin(), images_.end(), [&](const auto& image) {
    return image.first == wanted || image.second == wanted;
  });
  if (found == images_.end()) return {};
  cri::ImageStatusResponse response;
  response.mutable_image()->set_id(found->first);
  if (call.method == "RemoveImage") {
    images_.erase(found);
    return {};
  }
  return Ok(response);
}

FakeAnswer FakeCri::Node(const FakeCall& call) {
  if (call.method == "Version") {
    cri::VersionResponse response;
    response.set_version("0.1.0");
    response.set_runtime_name("fake-" + name_);
    response.set_runtime_version("1.0");
    response.set_runtime_api_version(call.package == "runtime.v1" ? "v1" : "v1alpha2");
    return Ok(response);
  }
  if (call.method == "Status") {
    cri::StatusResponse response;
    for (const char* type : {"RuntimeReady", "NetworkReady"}) {
      cri::RuntimeCondition* condition = response.mutable_status()->add_conditions();
      condition->set_type(type);
      condition->set_status(true);
    }
    response.add_runtime_handlers()->set_name(name_);
    if (Parse<cri::StatusRequest>(call.request).verbose()) {
      (*response.mutable_info())["config"] = name_;
    }
    return Ok(response);
  }
  if (call.method == "RuntimeConfig") {
    cri::RuntimeConfigResponse response;
    response.mutable_linux()->set_cgroup_driver(cri::CGROUPFS);
    return Ok(response);
  }
  if (call.method == "ListMetricDescriptors") {
    cri::ListMetricDescriptorsResponse response;
    response.add_descriptors()->set_name("shared");
    response.add_descriptors()->set_name("of_" + name_);
    return Ok(response);
  }
  if (call.method == "UpdateRuntimeConfig") return {};
  // Exec, Attach, PortForward and what names a container or sandbox in field 1.
  return {};
}

}  // namespace crimux
