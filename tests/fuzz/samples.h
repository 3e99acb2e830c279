#pragma once

#include <string>

#include "runtime/v1/api.pb.h"

// Messages of the CRI with something in every field that the proxy reads.
namespace crimux::fuzz {

inline std::string SampleSandboxRequest() {
  runtime::v1::RunPodSandboxRequest request;
  auto* config = request.mutable_config();
  config->mutable_metadata()->set_name("web");
  config->mutable_metadata()->set_namespace_("default");
  (*config->mutable_labels())["app"] = "web";
  (*config->mutable_annotations())["kubernetes.io/target-runtime"] = "vm";
  request.set_runtime_handler("vm");
  return request.SerializeAsString();
}

inline std::string SamplePullRequest() {
  runtime::v1::PullImageRequest request;
  request.mutable_image()->set_image("vm.example/disk:1");
  request.mutable_image()->set_runtime_handler("vm");
  request.mutable_image()->set_user_specified_image("disk:1");
  (*request.mutable_image()->mutable_annotations())["a"] = "b";
  (*request.mutable_sandbox_config()->mutable_labels())["app"] = "web";
  return request.SerializeAsString();
}

inline std::string SampleImages() {
  runtime::v1::ListImagesResponse response;
  auto* image = response.add_images();
  image->set_id("sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
  image->add_repo_tags("registry.example/web:1");
  image->add_repo_digests("registry.example/web@sha256:0123456789abcdef");
  image->set_size(1000);
  image->mutable_spec()->set_image("registry.example/web:1");
  response.add_images()->set_id("cafecafe");
  return response.SerializeAsString();
}

inline std::string SampleSandboxes() {
  runtime::v1::ListPodSandboxResponse response;
  auto* sandbox = response.add_items();
  sandbox->set_id("5d0da3dc976460");
  (*sandbox->mutable_labels())["app"] = "web";
  sandbox->set_created_at(1);
  response.add_items()->set_id("b72c77d94c8a1a");
  return response.SerializeAsString();
}

inline std::string SampleContainers() {
  runtime::v1::ListContainersResponse response;
  auto* container = response.add_containers();
  container->set_id("d043720b0416bf");
  container->set_pod_sandbox_id("5d0da3dc976460");
  container->mutable_image()->set_image("registry.example/web:1");
  container->set_image_ref("sha256:0123456789abcdef");
  container->set_state(runtime::v1::CONTAINER_RUNNING);
  (*container->mutable_labels())["app"] = "web";
  return response.SerializeAsString();
}

inline std::string SampleContainerStatus() {
  runtime::v1::ContainerStatusResponse response;
  auto* status = response.mutable_status();
  status->set_id("d043720b0416bf");
  status->mutable_image()->set_image("registry.example/web:1");
  status->set_image_ref("registry.example/web@sha256:0123456789abcdef");
  status->add_mounts()->mutable_image()->set_image("registry.example/data:1");
  return response.SerializeAsString();
}

}  // namespace crimux::fuzz
