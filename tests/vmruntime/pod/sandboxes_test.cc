#include "vmruntime/pod/sandboxes.h"

#include <catch2/catch.hpp>

#include "tests/vmruntime/pod/fake_rooms.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;
using state::SandboxRecord;

TEST_CASE("a sandbox has a namespace and a network until it is stopped, a record until removed") {
  WorldDir dir;
  World world(dir.path(), dir.hypervisor);
  std::string id = world.RunSandbox("web");
  SandboxRecord record = *world.registry.FindSandbox(id);
  CHECK(record.state() == SandboxRecord::READY);
  CHECK(record.network().ips(0) == "10.1.2.3");
  CHECK(NetnsExists(record.netns()));
  CHECK(world.networks.up.count(id) == 1);

  world.sandboxes.Stop(id);
  CHECK(world.registry.FindSandbox(id)->state() == SandboxRecord::NOT_READY);
  CHECK_FALSE(NetnsExists(record.netns()));
  CHECK(world.networks.up.empty());
  world.sandboxes.Stop(id);

  world.sandboxes.Remove(id);
  CHECK(world.Empty());
}

TEST_CASE("stopping or removing a sandbox that nobody knows succeeds") {
  WorldDir dir;
  World world(dir.path(), dir.hypervisor);
  world.sandboxes.Stop("nobody");
  world.sandboxes.Remove("nobody");
  CHECK(world.Empty());
}

TEST_CASE("removing a sandbox whose VM runs ends the VM and leaves nothing") {
  WorldDir dir;
  World world(dir.path(), dir.hypervisor);
  std::string id = world.RunSandbox("web");
  world.RunContainer(id);
  world.sandboxes.Remove(id);
  CHECK(world.Empty());
}

TEST_CASE("a pod with an annotation that is wrong or unknown gets no network") {
  WorldDir dir;
  World world(dir.path(), dir.hypervisor);
  runtime::v1::RunPodSandboxRequest request = world.SandboxRequest("web");
  auto [name, value] = GENERATE(table<std::string, std::string>(
      {{"crimux.io/vcpus", "many"}, {"crimux.io/vcpu", "2"}, {"VirtletVCPUCount", "1000"}}));
  (*request.mutable_config()->mutable_annotations())[name] = value;
  CHECK_THROWS_WITH(world.sandboxes.Run(request), Catch::Contains(name));
  CHECK(world.Empty());
}

TEST_CASE("a sandbox whose network fails leaves nothing") {
  WorldDir dir;
  World world(dir.path(), dir.hypervisor);
  world.networks.fail_set_up = true;
  CHECK(CodeOf([&] { world.RunSandbox("web"); }) == StatusCode::INTERNAL);
  CHECK(world.Empty());
  world.networks.fail_set_up = false;
  world.sandboxes.Remove(world.RunSandbox("web"));
  CHECK(world.Empty());
}

TEST_CASE("a stop that could not give the network back is not ready, and is finished by the next") {
  WorldDir dir;
  World world(dir.path(), dir.hypervisor);
  std::string id = world.RunSandbox("web");
  world.networks.fail_tear_down = true;
  CHECK(CodeOf([&] { world.sandboxes.Stop(id); }) == StatusCode::INTERNAL);
  CHECK(world.registry.FindSandbox(id)->state() == SandboxRecord::NOT_READY);
  CHECK(CodeOf([&] { world.sandboxes.Remove(id); }) == StatusCode::INTERNAL);
  world.networks.fail_tear_down = false;
  world.sandboxes.Remove(id);
  CHECK(world.Empty());
}

TEST_CASE("what a VM pod cannot be is refused by name") {
  WorldDir dir;
  World world(dir.path(), dir.hypervisor);
  auto request = world.SandboxRequest("web");

  SECTION("on the host's network") {
    request.mutable_config()
        ->mutable_linux()
        ->mutable_security_context()
        ->mutable_namespace_options()
        ->set_network(runtime::v1::NODE);
    CHECK_THROWS_WITH(world.sandboxes.Run(request), Catch::Contains("hostNetwork"));
  }
  SECTION("of an unknown handler") {
    request.set_runtime_handler("kata");
    CHECK_THROWS_WITH(world.sandboxes.Run(request), Catch::Contains("\"kata\""));
  }
  SECTION("without metadata") {
    request.mutable_config()->clear_metadata();
    CHECK_THROWS_WITH(world.sandboxes.Run(request), Catch::Contains("metadata"));
  }
  CHECK(CodeOf([&] { world.sandboxes.Run(request); }) == StatusCode::INVALID_ARGUMENT);
  CHECK(world.Empty());
}

TEST_CASE("a second sandbox of the same pod and attempt is refused") {
  WorldDir dir;
  World world(dir.path(), dir.hypervisor);
  std::string id = world.RunSandbox("web");
  CHECK(CodeOf([&] { world.RunSandbox("web"); }) == StatusCode::ALREADY_EXISTS);
  world.sandboxes.Remove(id);
  CHECK(world.Empty());
}

}  // namespace
}  // namespace crimux::vm
