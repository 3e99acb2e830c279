#include "vmruntime/pod/machine_spec.h"

#include <catch2/catch.hpp>

#include "tests/vmruntime/pod/fake_rooms.h"

namespace crimux::vm {
namespace {

struct MachineSpecFixture {
  WorldDir dir;
  World world{dir.path(), dir.hypervisor};
  state::ContainerRecord container;
  state::SandboxRecord sandbox;

  MachineSpecFixture() { container.set_id(std::string(64, 'a')); }
  runtime::v1::LinuxContainerResources& resources() {
    return *container.mutable_config()->mutable_linux()->mutable_resources();
  }
  MachineSpec Make() { return MakeMachineSpec(container, sandbox, world.rooms); }
};

TEST_CASE("without limits a machine has one vCPU and the default memory") {
  MachineSpecFixture f;
  CHECK(f.Make().vcpus == 1);
  CHECK(f.Make().memory.size == f.world.config.default_memory);
}

TEST_CASE("the CPU limit is rounded up to vCPUs, the memory limit is the guest's RAM") {
  MachineSpecFixture f;
  f.resources().set_cpu_period(100'000);
  f.resources().set_cpu_quota(150'000);
  f.resources().set_memory_limit_in_bytes(300'000'000);
  CHECK(f.Make().vcpus == 2);
  CHECK(f.Make().memory.size == 286ULL << 20);
}

TEST_CASE("what the kubelet guarantees a container without a limit is the guest's RAM") {
  MachineSpecFixture f;
  (*f.resources().mutable_unified())["memory.min"] = std::to_string(300 << 20);
  CHECK(f.Make().memory.size == 300U << 20);
}

TEST_CASE("maxima are above what the machine begins with, or refused") {
  MachineSpecFixture f;
  f.resources().set_memory_limit_in_bytes(256 << 20);
  auto& annotations = *f.sandbox.mutable_config()->mutable_annotations();
  SECTION("above") {
    annotations["crimux.io/max-vcpus"] = "4";
    annotations["crimux.io/max-memory"] = "1Gi";
    CHECK(f.Make().vcpus == 1);
    CHECK(f.Make().max_vcpus == 4);
    CHECK(f.Make().memory.size == 256U << 20);
    CHECK(f.Make().memory.max == 1U << 30);
  }
  SECTION("fewer vCPUs") {
    f.resources().set_cpu_period(100'000);
    f.resources().set_cpu_quota(250'000);
    annotations["crimux.io/max-vcpus"] = "2";
    CHECK_THROWS_WITH(f.Make(), Catch::Contains("crimux.io/max-vcpus"));
  }
  SECTION("less memory") {
    annotations["crimux.io/max-memory"] = "128Mi";
    CHECK_THROWS_WITH(f.Make(), Catch::Contains("crimux.io/max-memory"));
  }
  SECTION("beside a number of vCPUs that is always the same") {
    annotations["crimux.io/max-vcpus"] = "2";
    annotations["crimux.io/vcpus"] = "1";
    CHECK_THROWS_WITH(f.Make(), Catch::Contains("crimux.io/max-vcpus"));
  }
}

TEST_CASE("hugepages of one size are the guest's RAM") {
  MachineSpecFixture f;
  auto add = [&](const char* size, uint64_t limit) {
    auto& pages = *f.resources().add_hugepage_limits();
    pages.set_page_size(size);
    pages.set_limit(limit);
  };
  add("2MB", 0);  // the kubelet names all sizes of the node
  add("1GB", 2ULL << 30);
  CHECK(f.Make().memory.page_size == 1U << 30);
  CHECK(f.Make().memory.size == 2ULL << 30);
  SECTION("two sizes") {
    add("64KB", 1 << 20);
    CHECK_THROWS_WITH(f.Make(), Catch::Contains("one size"));
  }
  SECTION("no size") {
    add("huge", 1 << 20);
    f.resources().mutable_hugepage_limits()->erase(f.resources().hugepage_limits().begin() + 1);
    CHECK_THROWS_WITH(f.Make(), Catch::Contains("no page size"));
  }
  SECTION("growing") {
    f.sandbox.mutable_config()->mutable_annotations()->insert({"crimux.io/max-memory", "4Gi"});
    CHECK_THROWS_WITH(f.Make(), Catch::Contains("crimux.io/max-memory"));
  }
}

TEST_CASE("the pod's annotations win over its limits") {
  MachineSpecFixture f;
  f.resources().set_cpu_period(100'000);
  f.resources().set_cpu_quota(150'000);
  f.sandbox.mutable_config()->mutable_annotations()->insert({"crimux.io/vcpus", "3"});
  CHECK(f.Make().vcpus == 3);
}

TEST_CASE("limits that no machine can have are refused by name") {
  MachineSpecFixture f;
  SECTION("memory") {
    f.resources().set_memory_limit_in_bytes(1 << 20);
    CHECK_THROWS_WITH(f.Make(), Catch::Contains("resources.limits.memory"));
  }
  SECTION("cpu") {
    f.resources().set_cpu_period(1);
    f.resources().set_cpu_quota(100'000);
    CHECK_THROWS_WITH(f.Make(), Catch::Contains("resources.limits.cpu"));
  }
}

TEST_CASE("cards are those of the pod's interfaces, in their order, as the annotations want them") {
  MachineSpecFixture f;
  for (const char* name : {"eth0", "net1"}) {
    state::Network::Interface& interface = *f.sandbox.mutable_network()->add_interfaces();
    interface.set_name(name);
    interface.set_tap(std::string("tap-") + name);
    interface.set_queues(name == std::string("eth0") ? 2 : 1);
  }
  f.sandbox.mutable_config()->mutable_annotations()->insert(
      {"crimux.io/nics", "[{interface: net1, model: e1000e, boot: last}]"});
  MachineSpec spec = f.Make();
  REQUIRE(spec.nics.size() == 2);
  CHECK(spec.nics[0].tap == "tap-eth0");
  CHECK(spec.nics[0].model == NicModel::kVirtio);
  CHECK(spec.nics[0].queues == 2);
  CHECK(spec.nics[0].boot == NicBoot::kNever);
  CHECK(spec.nics[1].model == NicModel::kE1000e);
  CHECK(spec.nics[1].queues == 1);
  CHECK(spec.nics[1].boot == NicBoot::kLast);
}

TEST_CASE("vDPA devices and vhost-user sockets are cards with the pod's queues and boot order") {
  MachineSpecFixture f;
  state::Network::Interface& socket = *f.sandbox.mutable_network()->add_interfaces();
  socket.set_name("eth0");
  socket.set_vhost_socket("/run/switch/p1");
  socket.set_vhost_server(true);
  state::Network::Interface& device = *f.sandbox.mutable_network()->add_interfaces();
  device.set_name("net1");
  device.set_vdpa("/dev/vhost-vdpa-0");
  device.set_queues(4);
  f.sandbox.mutable_config()->mutable_annotations()->insert(
      {"crimux.io/nics", "[{interface: net1, queues: 4, boot: first}]"});
  MachineSpec spec = f.Make();
  REQUIRE(spec.nics.size() == 2);
  CHECK(spec.nics[0].vhost_socket == "/run/switch/p1");
  CHECK(spec.nics[0].vhost_server);
  CHECK(spec.nics[1].vdpa == "/dev/vhost-vdpa-0");
  CHECK(spec.nics[1].queues == 4);
  CHECK(spec.nics[1].boot == NicBoot::kFirst);
}

TEST_CASE("the machine has the pod's interfaces, and a UUID of its own") {
  MachineSpecFixture f;
  state::Network::Interface& interface = *f.sandbox.mutable_network()->add_interfaces();
  interface.set_tap("tap0");
  interface.set_mac("02:00:00:00:00:01");
  interface.set_mtu(1450);
  MachineSpec spec = f.Make();
  REQUIRE(spec.nics.size() == 1);
  CHECK(spec.nics[0].tap == "tap0");
  CHECK(spec.nics[0].mtu == 1450);
  CHECK(spec.uuid.size() == 36);
  f.container.set_id(std::string(64, 'b'));
  CHECK(f.Make().uuid == spec.uuid);  // of the pod's container, whichever attempt it is
  f.sandbox.mutable_config()->mutable_annotations()->insert(
      {"crimux.io/root-lifetime", "container"});
  CHECK(f.Make().uuid == "bbbbbbbb-bbbb-4bbb-abbb-bbbbbbbbbbbb");
  f.sandbox.mutable_config()->mutable_annotations()->insert(
      {"VirtletSystemUUID", "6F1C9D38-8A4E-4F0A-9D53-0123456789AB"});
  CHECK(f.Make().uuid == "6f1c9d38-8a4e-4f0a-9d53-0123456789ab");
}

}  // namespace
}  // namespace crimux::vm
