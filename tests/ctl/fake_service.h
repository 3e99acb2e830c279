#pragma once

#include <grpcpp/server.h>

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/v1/api.grpc.pb.h"

namespace crimux::ctl {

// A CRI runtime that keeps what it is told, on a socket. Tests read and set its members between
// calls only.
class FakeService final : public runtime::v1::RuntimeService::Service,
                          public runtime::v1::ImageService::Service {
 public:
  explicit FakeService(const std::filesystem::path& socket);
  ~FakeService() override;

  // The calls in order, without lists and Version.
  std::vector<std::string> calls;
  // What a method answers instead of working.
  std::map<std::string, grpc::Status> failures;
  bool network_ready = true;
  // Of Status, whether verbose or not.
  std::map<std::string, std::string> info;
  // "info" of ContainerStatus, when it is verbose, by id.
  std::map<std::string, std::string> container_info;
  // Image names that are there.
  std::vector<std::string> images;
  std::vector<runtime::v1::PodSandbox> sandboxes;
  std::vector<runtime::v1::Container> containers;
  runtime::v1::RunPodSandboxRequest run_request;
  runtime::v1::PullImageRequest pull_request;
  runtime::v1::ImageStatusRequest image_request;
  runtime::v1::CreateContainerRequest create_request;
  runtime::v1::AttachRequest attach_request;
  int64_t stop_timeout = -1;

 private:
  using Context = grpc::ServerContext;

  // Notes the call; what it must answer.
  grpc::Status Note(const std::string& method);

  grpc::Status Version(Context*, const runtime::v1::VersionRequest*,
                       runtime::v1::VersionResponse*) override;
  grpc::Status Status(Context*, const runtime::v1::StatusRequest*,
                      runtime::v1::StatusResponse*) override;
  grpc::Status ImageStatus(Context*, const runtime::v1::ImageStatusRequest*,
                           runtime::v1::ImageStatusResponse*) override;
  grpc::Status PullImage(Context*, const runtime::v1::PullImageRequest*,
                         runtime::v1::PullImageResponse*) override;
  grpc::Status RunPodSandbox(Context*, const runtime::v1::RunPodSandboxRequest*,
                             runtime::v1::RunPodSandboxResponse*) override;
  grpc::Status PodSandboxStatus(Context*, const runtime::v1::PodSandboxStatusRequest*,
                                runtime::v1::PodSandboxStatusResponse*) override;
  grpc::Status StopPodSandbox(Context*, const runtime::v1::StopPodSandboxRequest*,
                              runtime::v1::StopPodSandboxResponse*) override;
  grpc::Status RemovePodSandbox(Context*, const runtime::v1::RemovePodSandboxRequest*,
                                runtime::v1::RemovePodSandboxResponse*) override;
  grpc::Status ListPodSandbox(Context*, const runtime::v1::ListPodSandboxRequest*,
                              runtime::v1::ListPodSandboxResponse*) override;
  grpc::Status CreateContainer(Context*, const runtime::v1::CreateContainerRequest*,
                               runtime::v1::CreateContainerResponse*) override;
  grpc::Status StartContainer(Context*, const runtime::v1::StartContainerRequest*,
                              runtime::v1::StartContainerResponse*) override;
  grpc::Status StopContainer(Context*, const runtime::v1::StopContainerRequest*,
                             runtime::v1::StopContainerResponse*) override;
  grpc::Status ContainerStatus(Context*, const runtime::v1::ContainerStatusRequest*,
                               runtime::v1::ContainerStatusResponse*) override;
  grpc::Status Attach(Context*, const runtime::v1::AttachRequest*,
                      runtime::v1::AttachResponse*) override;
  grpc::Status ListContainers(Context*, const runtime::v1::ListContainersRequest*,
                              runtime::v1::ListContainersResponse*) override;

  std::unique_ptr<grpc::Server> server_;
};

}  // namespace crimux::ctl
