#include "vmruntime/cri/rpcs.h"

#include <catch2/catch.hpp>

#include "tests/vmruntime/cri/call.h"
#include "tests/vmruntime/pod/fake_rooms.h"

namespace crimux::vm {
namespace {

namespace cri = runtime::v1;
using grpc::StatusCode;

struct RpcsFixture {
  WorldDir dir;
  World world{dir.path(), dir.hypervisor};
  Dispatcher dispatcher;

  RpcsFixture() {
    AddRuntimeRpcs(dispatcher, world.rooms);
    AddSandboxRpcs(dispatcher, world.rooms, world.sandboxes);
    AddContainerRpcs(dispatcher, world.rooms, world.containers);
    AddImageRpcs(dispatcher, world.rooms);
  }
  template <typename Response, typename Request>
  Response Ok(const std::string& rpc, const Request& request) {
    return CallOk<Response>(dispatcher, rpc, request);
  }
};

TEST_CASE("Version has all four fields, whatever version is asked for") {
  RpcsFixture f;
  auto response = f.Ok<cri::VersionResponse>("Version", cri::VersionRequest());
  CHECK(response.version() == "0.1.0");
  CHECK(response.runtime_name() == "crimux-vm");
  CHECK_FALSE(response.runtime_version().empty());
  CHECK(response.runtime_api_version() == "v1");
}

TEST_CASE("Status has the two conditions and the handlers") {
  RpcsFixture f;
  auto response = f.Ok<cri::StatusResponse>("Status", cri::StatusRequest());
  REQUIRE(response.status().conditions_size() == 2);
  CHECK(response.status().conditions(0).type() == "RuntimeReady");
  CHECK(response.status().conditions(0).status());
  CHECK(response.status().conditions(1).type() == "NetworkReady");
  REQUIRE(response.runtime_handlers_size() == 1);
  CHECK(response.runtime_handlers(0).name() == "vm");
}

TEST_CASE("a pod goes through its life call by call") {
  RpcsFixture f;
  auto sandbox = f.Ok<cri::RunPodSandboxResponse>("RunPodSandbox", f.world.SandboxRequest("web"));
  auto request = f.world.ContainerRequest(sandbox.pod_sandbox_id());
  auto container = f.Ok<cri::CreateContainerResponse>("CreateContainer", request);
  cri::StartContainerRequest start;
  start.set_container_id(container.container_id());
  f.Ok<cri::StartContainerResponse>("StartContainer", start);

  cri::PodSandboxStatusRequest sandbox_status;
  sandbox_status.set_pod_sandbox_id(sandbox.pod_sandbox_id());
  sandbox_status.set_verbose(true);
  auto pod = f.Ok<cri::PodSandboxStatusResponse>("PodSandboxStatus", sandbox_status);
  CHECK(pod.status().state() == cri::SANDBOX_READY);
  CHECK(pod.status().metadata().uid() == "uid-web");
  CHECK(pod.status().network().ip() == "10.1.2.3");
  CHECK(pod.info().at("info").find("tap0") != std::string::npos);

  cri::ContainerStatusRequest container_status;
  container_status.set_container_id(container.container_id());
  auto vm = f.Ok<cri::ContainerStatusResponse>("ContainerStatus", container_status).status();
  CHECK(vm.state() == cri::CONTAINER_RUNNING);
  CHECK(vm.image().image() == "guest:latest");
  CHECK(vm.image_ref() == "sha256:feed");
  CHECK(vm.image_id() == "sha256:feed");
  CHECK(vm.log_path() == "/var/log/pods/web/vm/0.log");

  cri::StopContainerRequest stop;
  stop.set_container_id(container.container_id());
  stop.set_timeout(30);
  f.Ok<cri::StopContainerResponse>("StopContainer", stop);
  vm = f.Ok<cri::ContainerStatusResponse>("ContainerStatus", container_status).status();
  CHECK(vm.state() == cri::CONTAINER_EXITED);
  CHECK(vm.reason() == "Completed");

  cri::RemovePodSandboxRequest remove;
  remove.set_pod_sandbox_id(sandbox.pod_sandbox_id());
  f.Ok<cri::RemovePodSandboxResponse>("RemovePodSandbox", remove);
  CHECK(f.world.Empty());
}

TEST_CASE("lists pass through their filters") {
  RpcsFixture f;
  std::string id = f.world.RunSandbox("web");
  f.world.RunSandbox("db");
  f.world.RunContainer(id);
  CHECK(f.Ok<cri::ListPodSandboxResponse>("ListPodSandbox", cri::ListPodSandboxRequest())
            .items_size() == 2);
  cri::ListPodSandboxRequest sandboxes;
  sandboxes.mutable_filter()->set_id(id);
  CHECK(f.Ok<cri::ListPodSandboxResponse>("ListPodSandbox", sandboxes).items_size() == 1);
  cri::ListContainersRequest containers;
  containers.mutable_filter()->mutable_state()->set_state(cri::CONTAINER_EXITED);
  CHECK(f.Ok<cri::ListContainersResponse>("ListContainers", containers).containers_size() == 0);
}

TEST_CASE("a status of an unknown id is NOT_FOUND") {
  RpcsFixture f;
  cri::PodSandboxStatusRequest pod;
  pod.set_pod_sandbox_id("nobody");
  cri::PodSandboxStatusResponse pod_status;
  CHECK(Call(f.dispatcher, "PodSandboxStatus", pod, pod_status).error_code() ==
        StatusCode::NOT_FOUND);
  cri::ContainerStatusRequest container;
  container.set_container_id("nobody");
  cri::ContainerStatusResponse container_status;
  CHECK(Call(f.dispatcher, "ContainerStatus", container, container_status).error_code() ==
        StatusCode::NOT_FOUND);
}

TEST_CASE("ImageStatus of an absent image is empty, not an error; lists filter by name") {
  RpcsFixture f;
  cri::ImageStatusRequest request;
  request.mutable_image()->set_image("other:latest");
  CHECK_FALSE(f.Ok<cri::ImageStatusResponse>("ImageStatus", request).has_image());
  request.mutable_image()->set_image("guest:latest");
  auto image = f.Ok<cri::ImageStatusResponse>("ImageStatus", request).image();
  CHECK(image.id() == "sha256:feed");
  CHECK(image.size() > 0);
  cri::ListImagesRequest list;
  list.mutable_filter()->mutable_image()->set_image("other:latest");
  CHECK(f.Ok<cri::ListImagesResponse>("ListImages", list).images_size() == 0);
}

TEST_CASE("ImageFsInfo counts the containers' disks") {
  RpcsFixture f;
  f.world.CreateContainer(f.world.RunSandbox("web"));
  auto info = f.Ok<cri::ImageFsInfoResponse>("ImageFsInfo", cri::ImageFsInfoRequest());
  REQUIRE(info.image_filesystems_size() == 1);
  REQUIRE(info.container_filesystems_size() == 1);
  CHECK(info.container_filesystems(0).used_bytes().value() > 0);
  CHECK(info.container_filesystems(0).timestamp() > 0);
}

}  // namespace
}  // namespace crimux::vm
