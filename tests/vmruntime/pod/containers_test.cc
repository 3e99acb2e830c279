#include "vmruntime/pod/containers.h"

#include <catch2/catch.hpp>

#include "base/file.h"
#include "tests/vmruntime/pod/fake_rooms.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;
using state::ContainerRecord;
using std::chrono::seconds;

struct Pod {
  WorldDir dir;
  World world{dir.path(), dir.hypervisor};
  std::string sandbox = world.RunSandbox("web");

  ContainerRecord Get(const std::string& id) const { return *world.registry.FindContainer(id); }
};

TEST_CASE("a container is created, runs, and completes when its guest powers off") {
  Pod pod;
  std::string id = pod.world.CreateContainer(pod.sandbox);
  CHECK(pod.Get(id).state() == ContainerRecord::CREATED);
  CHECK(pod.Get(id).log_path() == "/var/log/pods/web/vm/0.log");
  CHECK(pod.Get(id).image_ref() == "sha256:feed");
  CHECK(std::filesystem::exists(pod.Get(id).root_disk()));

  pod.world.containers.Start(id);
  CHECK(pod.Get(id).state() == ContainerRecord::RUNNING);
  CHECK(pod.Get(id).started_at() >= pod.Get(id).created_at());
  CHECK(pod.world.consoles.followed.count(id) == 1);
  CHECK(pod.world.networks.served.count(pod.sandbox) == 1);

  pod.dir.hypervisor.End(id, MachineEnd::kShutdown);
  CHECK(pod.Get(id).state() == ContainerRecord::EXITED);
  CHECK(pod.Get(id).exit_code() == 0);
  CHECK(pod.Get(id).reason() == "Completed");
  CHECK(pod.Get(id).finished_at() >= pod.Get(id).started_at());
  CHECK(pod.world.consoles.finished.count(id) == 1);

  pod.world.sandboxes.Remove(pod.sandbox);
  CHECK(pod.world.Empty());
}

TEST_CASE("a stop asks the guest first") {
  Pod pod;
  std::string id = pod.world.RunContainer(pod.sandbox);
  pod.world.containers.Stop(id, seconds(30), CallContext());
  CHECK(pod.dir.hypervisor.shutdown_requests == 1);
  CHECK(pod.Get(id).exit_code() == 0);
  CHECK(pod.Get(id).reason() == "Completed");
}

TEST_CASE("a guest that does not listen is destroyed at the end of the grace period") {
  Pod pod;
  pod.dir.hypervisor.obeys_shutdown = false;
  std::string id = pod.world.RunContainer(pod.sandbox);
  pod.world.containers.Stop(id, seconds(1), CallContext());
  CHECK(pod.dir.hypervisor.shutdown_requests == 1);
  CHECK(pod.Get(id).state() == ContainerRecord::EXITED);
  CHECK(pod.Get(id).exit_code() == 137);
  CHECK(pod.Get(id).reason() == "Error");
}

TEST_CASE("a machine that can't even be asked is destroyed at the end of the grace period") {
  Pod pod;
  pod.dir.hypervisor.fail_shutdown = true;
  std::string id = pod.world.RunContainer(pod.sandbox);
  pod.world.containers.Stop(id, seconds(1), CallContext());
  CHECK(pod.dir.hypervisor.shutdown_requests == 1);
  CHECK(pod.Get(id).exit_code() == 137);
}

TEST_CASE("a stop without grace does not ask") {
  Pod pod;
  std::string id = pod.world.RunContainer(pod.sandbox);
  pod.world.containers.Stop(id, seconds(0), CallContext());
  CHECK(pod.dir.hypervisor.shutdown_requests == 0);
  CHECK(pod.Get(id).exit_code() == 137);
}

TEST_CASE("a caller that gives up does not destroy the machine") {
  Pod pod;
  pod.dir.hypervisor.obeys_shutdown = false;
  std::string id = pod.world.RunContainer(pod.sandbox);
  std::stop_source gone;
  gone.request_stop();
  CallContext context{.cancelled = gone.get_token()};
  CHECK(CodeOf([&] { pod.world.containers.Stop(id, seconds(30), context); }) ==
        StatusCode::CANCELLED);
  CHECK(pod.Get(id).state() == ContainerRecord::RUNNING);
}

TEST_CASE("a crash is an error, and says so") {
  Pod pod;
  std::string id = pod.world.RunContainer(pod.sandbox);
  pod.dir.hypervisor.End(id, MachineEnd::kCrashed);
  CHECK(pod.Get(id).exit_code() == 255);
  CHECK(pod.Get(id).reason() == "Error");
  CHECK(pod.Get(id).message() == "the machine crashed");
}

TEST_CASE("a machine that does not start leaves an exited container with the reason") {
  Pod pod;
  SECTION("QEMU fails") { pod.dir.hypervisor.fail_start = true; }
  SECTION("its DHCP server fails") { pod.world.networks.fail_serve = true; }
  std::string id = pod.world.CreateContainer(pod.sandbox);
  CHECK(CodeOf([&] { pod.world.containers.Start(id); }) == StatusCode::INTERNAL);
  CHECK(pod.Get(id).state() == ContainerRecord::EXITED);
  CHECK(pod.Get(id).reason() == "StartError");
  CHECK(pod.Get(id).exit_code() == 128);
  CHECK_FALSE(pod.dir.hypervisor.State(id)->running);
}

TEST_CASE("a container that cannot be made leaves nothing") {
  Pod pod;
  SECTION("its domain is refused") {
    pod.dir.hypervisor.fail_define = true;
    CHECK(CodeOf([&] { pod.world.CreateContainer(pod.sandbox); }) == StatusCode::INTERNAL);
  }
  SECTION("its image is not there") {
    auto request = pod.world.ContainerRequest(pod.sandbox);
    request.mutable_config()->mutable_image()->set_image("other:latest");
    CHECK(CodeOf([&] { pod.world.containers.Create(request); }) == StatusCode::NOT_FOUND);
  }
  SECTION("its pod is not there") {
    CHECK(CodeOf([&] { pod.world.CreateContainer("nobody"); }) == StatusCode::NOT_FOUND);
  }
  SECTION("its pod is stopped") {
    pod.world.sandboxes.Stop(pod.sandbox);
    CHECK(CodeOf([&] { pod.world.CreateContainer(pod.sandbox); }) ==
          StatusCode::FAILED_PRECONDITION);
  }
  pod.world.sandboxes.Remove(pod.sandbox);
  CHECK(pod.world.Empty());
}

TEST_CASE("a VM pod has one container; a new attempt may follow one that has ended") {
  Pod pod;
  std::string first = pod.world.RunContainer(pod.sandbox);
  auto next = pod.world.ContainerRequest(pod.sandbox);
  next.mutable_config()->mutable_metadata()->set_attempt(1);
  CHECK(CodeOf([&] { pod.world.containers.Create(next); }) == StatusCode::FAILED_PRECONDITION);
  pod.dir.hypervisor.End(first, MachineEnd::kShutdown);
  std::string second = pod.world.containers.Create(next);
  pod.world.containers.Start(second);
  CHECK(pod.Get(second).state() == ContainerRecord::RUNNING);
}

TEST_CASE("a container starts once") {
  Pod pod;
  std::string id = pod.world.RunContainer(pod.sandbox);
  CHECK(CodeOf([&] { pod.world.containers.Start(id); }) == StatusCode::FAILED_PRECONDITION);
  CHECK(CodeOf([&] { pod.world.containers.Start("nobody"); }) == StatusCode::NOT_FOUND);
}

TEST_CASE(
    "stopping or removing a container that nobody knows succeeds, removing a running one too") {
  Pod pod;
  pod.world.containers.Stop("nobody", seconds(1), CallContext());
  pod.world.containers.Remove("nobody");
  std::string id = pod.world.RunContainer(pod.sandbox);
  // What a QEMU that was killed leaves.
  WriteFileAtomically(pod.world.layout.ConsoleSocket(id), "");
  WriteFileAtomically(pod.world.layout.ConsoleSocket(id).string() + ".agent", "");
  pod.world.containers.Remove(id);
  CHECK(World::Entries(pod.world.layout.ConsoleSocket(id).parent_path()) == 0);
  CHECK(pod.world.registry.Containers().empty());
  CHECK(World::Entries(pod.world.layout.Containers()) == 0);
}

}  // namespace
}  // namespace crimux::vm
