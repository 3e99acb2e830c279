#include "tests/ctl/fake_service.h"

#include <grpcpp/server_builder.h>

#include <algorithm>

namespace crimux::ctl {

using namespace runtime::v1;  // NOLINT: this file is all about its messages

namespace {

bool Carries(const PodSandbox& sandbox, const PodSandboxFilter& filter) {
  return std::all_of(filter.label_selector().begin(), filter.label_selector().end(),
                     [&](const auto& wanted) {
                       auto found = sandbox.labels().find(wanted.first);
                       return found != sandbox.labels().end() && found->second == wanted.second;
                     });
}

}  // namespace

FakeService::FakeService(const std::filesystem::path& socket) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("unix://" + socket.string(), grpc::InsecureServerCredentials());
  builder.RegisterService(static_cast<RuntimeService::Service*>(this));
  builder.RegisterService(static_cast<ImageService::Service*>(this));
  server_ = builder.BuildAndStart();
}

FakeService::~FakeService() { server_->Shutdown(); }

grpc::Status FakeService::Note(const std::string& method) {
  calls.push_back(method);
  auto failure = failures.find(method);
  return failure == failures.end() ? grpc::Status::OK : failure->second;
}

grpc::Status FakeService::Version(Context*, const VersionRequest*, VersionResponse* response) {
  response->set_version("0.1.0");
  return grpc::Status::OK;
}

grpc::Status FakeService::Status(Context*, const StatusRequest*, StatusResponse* response) {
  response->mutable_info()->insert(info.begin(), info.end());
  RuntimeCondition* ready = response->mutable_status()->add_conditions();
  ready->set_type("RuntimeReady");
  ready->set_status(true);
  RuntimeCondition* network = response->mutable_status()->add_conditions();
  network->set_type("NetworkReady");
  network->set_status(network_ready);
  network->set_reason("NoConfig");
  network->set_message("no CNI config");
  return Note("Status");
}

grpc::Status FakeService::ImageStatus(Context*, const ImageStatusRequest* request,
                                      ImageStatusResponse* response) {
  image_request = *request;
  const std::string& name = request->image().image();
  if (std::find(images.begin(), images.end(), name) != images.end()) {
    response->mutable_image()->set_id("id-of-" + name);
  }
  return Note("ImageStatus");
}

grpc::Status FakeService::PullImage(Context*, const PullImageRequest* request,
                                    PullImageResponse* response) {
  pull_request = *request;
  response->set_image_ref("ref-of-" + request->image().image());
  return Note("PullImage");
}

grpc::Status FakeService::RunPodSandbox(Context*, const RunPodSandboxRequest* request,
                                        RunPodSandboxResponse* response) {
  grpc::Status status = Note("RunPodSandbox");
  if (!status.ok()) return status;
  run_request = *request;
  PodSandbox sandbox;
  sandbox.set_id("sandbox-" + request->config().metadata().name());
  *sandbox.mutable_metadata() = request->config().metadata();
  *sandbox.mutable_labels() = request->config().labels();
  *sandbox.mutable_annotations() = request->config().annotations();
  sandbox.set_runtime_handler(request->runtime_handler());
  sandboxes.push_back(sandbox);
  response->set_pod_sandbox_id(sandbox.id());
  return status;
}

grpc::Status FakeService::PodSandboxStatus(Context*, const PodSandboxStatusRequest*,
                                           PodSandboxStatusResponse* response) {
  response->mutable_status()->mutable_network()->set_ip("10.1.1.2");
  return Note("PodSandboxStatus");
}

grpc::Status FakeService::StopPodSandbox(Context*, const StopPodSandboxRequest*,
                                         StopPodSandboxResponse*) {
  return Note("StopPodSandbox");
}

grpc::Status FakeService::RemovePodSandbox(Context*, const RemovePodSandboxRequest* request,
                                           RemovePodSandboxResponse*) {
  grpc::Status status = Note("RemovePodSandbox");
  if (!status.ok()) return status;
  const std::string& id = request->pod_sandbox_id();
  std::erase_if(sandboxes, [&](const PodSandbox& sandbox) { return sandbox.id() == id; });
  std::erase_if(containers, [&](const auto& c) { return c.pod_sandbox_id() == id; });
  return status;
}

grpc::Status FakeService::ListPodSandbox(Context*, const ListPodSandboxRequest* request,
                                         ListPodSandboxResponse* response) {
  for (const PodSandbox& sandbox : sandboxes) {
    if (Carries(sandbox, request->filter())) *response->add_items() = sandbox;
  }
  return grpc::Status::OK;
}

grpc::Status FakeService::CreateContainer(Context*, const CreateContainerRequest* request,
                                          CreateContainerResponse* response) {
  grpc::Status status = Note("CreateContainer");
  if (!status.ok()) return status;
  create_request = *request;
  Container container;
  container.set_id("container-" + request->config().metadata().name());
  container.set_pod_sandbox_id(request->pod_sandbox_id());
  *container.mutable_metadata() = request->config().metadata();
  *container.mutable_image() = request->config().image();
  containers.push_back(container);
  response->set_container_id(container.id());
  return status;
}

grpc::Status FakeService::StartContainer(Context*, const StartContainerRequest* request,
                                         StartContainerResponse*) {
  grpc::Status status = Note("StartContainer");
  for (Container& container : containers) {
    if (container.id() == request->container_id()) container.set_state(CONTAINER_RUNNING);
  }
  return status;
}

grpc::Status FakeService::StopContainer(Context*, const StopContainerRequest* request,
                                        StopContainerResponse*) {
  stop_timeout = request->timeout();
  return Note("StopContainer");
}

grpc::Status FakeService::ContainerStatus(Context*, const ContainerStatusRequest* request,
                                          ContainerStatusResponse* response) {
  response->mutable_status()->set_id(request->container_id());
  auto known = container_info.find(request->container_id());
  if (request->verbose() && known != container_info.end()) {
    (*response->mutable_info())["info"] = known->second;
  }
  return Note("ContainerStatus");
}

grpc::Status FakeService::Attach(Context*, const AttachRequest* request, AttachResponse* response) {
  attach_request = *request;
  response->set_url("http://127.0.0.1:1/attach/token");
  return Note("Attach");
}

grpc::Status FakeService::ListContainers(Context*, const ListContainersRequest* request,
                                         ListContainersResponse* response) {
  const std::string& sandbox = request->filter().pod_sandbox_id();
  for (const Container& container : containers) {
    if (sandbox.empty() || container.pod_sandbox_id() == sandbox) {
      *response->add_containers() = container;
    }
  }
  return grpc::Status::OK;
}

}  // namespace crimux::ctl
