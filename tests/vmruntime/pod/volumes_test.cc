#include "vmruntime/pod/volumes.h"

#include <catch2/catch.hpp>

#include "tests/vmruntime/pod/fake_rooms.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;

struct VolumesFixture {
  WorldDir dir;
  World world{dir.path(), dir.hypervisor};
  std::string sandbox = world.RunSandbox("web");
  runtime::v1::CreateContainerRequest request = world.ContainerRequest(sandbox);

  ~VolumesFixture() { world.sandboxes.Remove(sandbox); }
  void Mount(const std::string& host, const std::string& guest) {
    runtime::v1::Mount& mount = *request.mutable_config()->add_mounts();
    mount.set_host_path((dir.path() / host).string());
    mount.set_container_path(guest);
  }
  std::optional<ShareRequest> Volumes(ShareMode mode = ShareMode::kVirtiofs) {
    state::ContainerRecord container;
    container.set_id(std::string(64, 'a'));
    *container.mutable_config() = request.config();
    return VolumesOf(container, {.mode = mode}, world.layout);
  }
};

TEST_CASE("a VM that mounts nothing, or only what every container gets, has no share") {
  VolumesFixture f;
  CHECK_FALSE(f.Volumes());
  f.Mount("hosts", "/etc/hosts");
  f.Mount("log", "/dev/termination-log");
  CHECK_FALSE(f.Volumes());
  f.Mount("data", "/data");
  REQUIRE(f.Volumes());
  CHECK(f.Volumes()->mounts.size() == 3);
  CHECK_FALSE(f.Volumes(ShareMode::kNone));
}

TEST_CASE("a share is a device of the machine: a socket for virtiofs, a folder for 9p") {
  VolumesFixture f;
  f.Mount("data", "/data");
  std::string id(64, 'a');
  CHECK(ShareDevice(f.Volumes())->socket == f.world.layout.ShareSocket(id));
  CHECK(ShareDevice(f.Volumes(ShareMode::k9p))->folder == f.world.layout.Container(id) / "share");
  CHECK(ShareDevice(f.Volumes(ShareMode::k9p))->socket.empty());
}

TEST_CASE("volumes are shared while the machine runs") {
  VolumesFixture f;
  f.Mount("data", "/data");
  std::string id = f.world.containers.Create(f.request);
  CHECK(f.world.shares.started.empty());
  f.world.containers.Start(id);
  CHECK(f.world.shares.started.at(id).mounts.at(0).guest == "/data");
  f.dir.hypervisor.End(id, MachineEnd::kShutdown);
  CHECK(f.world.shares.started.empty());
}

TEST_CASE("a machine that doesn't start leaves no volumes shared") {
  VolumesFixture f;
  f.Mount("data", "/data");
  std::string id = f.world.containers.Create(f.request);
  f.dir.hypervisor.fail_start = true;
  CHECK(CodeOf([&] { f.world.containers.Start(id); }) == StatusCode::INTERNAL);
  CHECK(f.world.shares.started.empty());
  f.dir.hypervisor.fail_start = false;
}

TEST_CASE("volumes that can't be shared end the container with a StartError") {
  VolumesFixture f;
  f.Mount("data", "/data");
  std::string id = f.world.containers.Create(f.request);
  f.world.shares.fail_start = true;
  CHECK(CodeOf([&] { f.world.containers.Start(id); }) == StatusCode::INTERNAL);
  CHECK(f.world.registry.FindContainer(id)->reason() == "StartError");
}

TEST_CASE("a container with a mount that a VM can't have is refused and leaves nothing") {
  VolumesFixture f;
  f.Mount("data", "/data");
  f.request.mutable_config()->mutable_mounts(0)->mutable_image()->set_image("busybox");
  CHECK(CodeOf([&] { f.world.containers.Create(f.request); }) == StatusCode::INVALID_ARGUMENT);
  CHECK(f.world.registry.Containers().empty());
}

}  // namespace
}  // namespace crimux::vm
