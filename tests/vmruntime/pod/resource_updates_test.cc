#include "vmruntime/pod/resource_updates.h"

#include <catch2/catch.hpp>

#include "base/file.h"
#include "tests/sizes.h"
#include "tests/vmruntime/pod/fake_rooms.h"
#include "vmruntime/pod/pod_cgroups.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;
using grpc::StatusCode;

Resources Cpus(double cpus) {
  Resources resources;
  resources.set_cpu_period(100'000);
  resources.set_cpu_quota(static_cast<int64_t>(cpus * 100'000));
  return resources;
}

Resources MemoryLimit(int64_t mebibytes) {
  Resources resources;
  resources.set_memory_limit_in_bytes(mebibytes * kMiB);
  return resources;
}

using Annotations = std::vector<std::pair<std::string, std::string>>;

// A VM with 1 CPU and 256 MiB that runs.
struct Running {
  WorldDir dir;
  World world{dir.path(), dir.hypervisor};
  ResourceUpdates updates{world.rooms, std::chrono::milliseconds(100)};
  std::string sandbox;
  std::string id;

  explicit Running(const Annotations& annotations = {}) {
    auto request = world.SandboxRequest("web");
    for (const auto& [name, value] : annotations) {
      (*request.mutable_config()->mutable_annotations())[name] = value;
    }
    sandbox = world.sandboxes.Run(request);
    auto create = world.ContainerRequest(sandbox);
    Resources& resources = *create.mutable_config()->mutable_linux()->mutable_resources();
    resources = Cpus(1);
    resources.MergeFrom(MemoryLimit(256));
    id = world.containers.Create(create);
    world.containers.Start(id);
  }
  std::string Text(const std::string& file) const {
    fs::path cgroup =
        CgroupOf(*world.registry.FindContainer(id), *world.registry.FindSandbox(sandbox));
    return ReadFile(world.cgroup_root / cgroup.relative_path() / file);
  }
  Resources Told() const { return world.registry.FindContainer(id)->config().linux().resources(); }
  // Refused with this code, and all is as it was.
  void Refuses(StatusCode code, const Resources& change) {
    CHECK(CodeOf([&] { updates.Container(id, change); }) == code);
    CHECK(Text("cpu.max") == "100000 100000");
    CHECK(Text("memory.max") == std::to_string(356 * kMiB));
    CHECK(dir.hypervisor.vcpus.at(id) == 1);
    CHECK(dir.hypervisor.memory.at(id) == 256U * kMiB);
    CHECK(Told().cpu_quota() == 100'000);
    CHECK(Told().memory_limit_in_bytes() == 256 * kMiB);
  }
};

TEST_CASE("a lower quota holds at once, and the vCPUs stay") {
  Running vm;
  Resources change = Cpus(0.5);
  change.set_cpu_shares(512);
  vm.updates.Container(vm.id, change);
  CHECK(vm.Text("cpu.max") == "50000 100000");
  CHECK(vm.Text("cpu.weight") == "20");
  CHECK(vm.Told().cpu_quota() == 50'000);
  CHECK(vm.Told().memory_limit_in_bytes() == 256 * kMiB);  // wasn't said
  CHECK(vm.dir.hypervisor.vcpus.at(vm.id) == 1);
  CHECK(vm.dir.hypervisor.memory_asked.empty());
}

TEST_CASE("more vCPUs come up to the pod's maximum, and no further") {
  Running vm(Annotations{{"crimux.io/max-vcpus", "3"}});
  vm.Refuses(StatusCode::FAILED_PRECONDITION, Cpus(3.5));
  vm.updates.Container(vm.id, Cpus(2.5));
  CHECK(vm.dir.hypervisor.vcpus.at(vm.id) == 3);
  vm.updates.Container(vm.id, Cpus(1));
  CHECK(vm.dir.hypervisor.vcpus.at(vm.id) == 3);
  CHECK(vm.Text("cpu.max") == "100000 100000");
}

TEST_CASE("without a maximum a VM keeps its vCPUs; with a fixed number the quota may be anything") {
  Running plain;
  plain.Refuses(StatusCode::FAILED_PRECONDITION, Cpus(2));
  Running fixed(Annotations{{"crimux.io/vcpus", "1"}});
  fixed.updates.Container(fixed.id, Cpus(2));
  CHECK(fixed.Text("cpu.max") == "200000 100000");
  CHECK(fixed.dir.hypervisor.vcpus.at(fixed.id) == 1);
}

TEST_CASE("memory goes down and up again by the balloon, the cgroup's limit with it") {
  Running vm;
  vm.updates.Container(vm.id, MemoryLimit(128));
  CHECK(vm.dir.hypervisor.memory.at(vm.id) == 128U * kMiB);
  CHECK(vm.Text("memory.max") == std::to_string(228 * kMiB));
  CHECK(vm.Told().memory_limit_in_bytes() == 128 * kMiB);
  vm.updates.Container(vm.id, MemoryLimit(256));
  CHECK(vm.dir.hypervisor.memory.at(vm.id) == 256U * kMiB);
  CHECK(vm.Text("memory.max") == std::to_string(356 * kMiB));
  vm.Refuses(StatusCode::FAILED_PRECONDITION, MemoryLimit(257));
  vm.Refuses(StatusCode::INVALID_ARGUMENT, MemoryLimit(1));
}

TEST_CASE("memory grows to the pod's maximum") {
  Running vm(Annotations{{"crimux.io/max-memory", "512Mi"}});
  vm.updates.Container(vm.id, MemoryLimit(512));
  CHECK(vm.dir.hypervisor.memory.at(vm.id) == 512U * kMiB);
  vm.updates.Container(vm.id, MemoryLimit(256));
  vm.Refuses(StatusCode::FAILED_PRECONDITION, MemoryLimit(513));
}

TEST_CASE("a guest without a balloon keeps its memory, and is asked no longer") {
  Running vm;
  vm.dir.hypervisor.has_balloon = false;
  vm.Refuses(StatusCode::FAILED_PRECONDITION, MemoryLimit(128));
  CHECK(vm.dir.hypervisor.memory_asked == std::vector<uint64_t>{128U * kMiB, 256U * kMiB});
}

TEST_CASE("a guest that moves its balloon for ever is given up") {
  Running vm;
  vm.dir.hypervisor.is_restless = true;
  CHECK(CodeOf([&] { vm.updates.Container(vm.id, MemoryLimit(128)); }) ==
        StatusCode::FAILED_PRECONDITION);
  vm.dir.hypervisor.is_restless = false;
  CHECK(vm.Text("memory.max") == std::to_string(356 * kMiB));
  CHECK(vm.Told().memory_limit_in_bytes() == 256 * kMiB);
}

TEST_CASE("cgroup v2: a limit below what QEMU holds is refused, since the kernel would kill") {
  Running vm;
  fs::path cgroup =
      CgroupOf(*vm.world.registry.FindContainer(vm.id), *vm.world.registry.FindSandbox(vm.sandbox));
  FakeCgroupV2::Put(vm.world.cgroup_root / cgroup.relative_path() / "memory.current",
                    std::to_string(300 * kMiB));
  vm.Refuses(StatusCode::FAILED_PRECONDITION, MemoryLimit(128));
}

TEST_CASE("an update that fails midway leaves limits and memory as they were") {
  Running vm(Annotations{{"crimux.io/max-vcpus", "2"}, {"crimux.io/max-memory", "512Mi"}});
  vm.dir.hypervisor.fail_vcpus = true;
  Resources change = Cpus(2);
  change.MergeFrom(MemoryLimit(512));
  vm.Refuses(StatusCode::INTERNAL, change);
  vm.dir.hypervisor.fail_vcpus = false;
  vm.world.cgroup_files.refused = {"cpu.max"};
  vm.Refuses(StatusCode::INVALID_ARGUMENT, change);
}

TEST_CASE("another cpuset pins the vCPUs anew") {
  Running vm;
  Resources change;
  change.set_cpuset_cpus("3");
  vm.updates.Container(vm.id, change);
  CHECK(vm.Text("cpuset.cpus") == "3");
  CHECK(vm.dir.hypervisor.pins.at(vm.id) == std::vector<std::set<unsigned>>{{3}});
  CHECK(vm.Told().cpuset_cpus() == "3");
}

TEST_CASE("hugepages stay as they are") {
  Running vm;
  Resources change;
  change.add_hugepage_limits()->set_page_size("2MB");
  change.mutable_hugepage_limits(0)->set_limit(64 * kMiB);
  vm.Refuses(StatusCode::FAILED_PRECONDITION, change);
}

TEST_CASE("a container that doesn't run yet takes what leaves its machine alone") {
  Running vm;
  vm.dir.hypervisor.End(vm.id, MachineEnd::kShutdown);
  CHECK(CodeOf([&] { vm.updates.Container(vm.id, Cpus(1)); }) == StatusCode::FAILED_PRECONDITION);
  auto create = vm.world.ContainerRequest(vm.sandbox);
  create.mutable_config()->mutable_metadata()->set_attempt(1);
  std::string id = vm.world.containers.Create(create);
  vm.updates.Container(id, Cpus(0.5));
  CHECK(CodeOf([&] { vm.updates.Container(id, Cpus(2)); }) == StatusCode::FAILED_PRECONDITION);
  CHECK(CodeOf([&] { vm.updates.Container(id, MemoryLimit(64)); }) ==
        StatusCode::FAILED_PRECONDITION);
  CHECK(CodeOf([&] { vm.updates.Container("nobody", Cpus(1)); }) == StatusCode::NOT_FOUND);
  vm.world.containers.Start(id);
  vm.id = id;
  CHECK(vm.Text("cpu.max") == "50000 100000");
}

TEST_CASE("a pod's update reaches its own cgroup, and its VM by the overhead") {
  Running vm;
  runtime::v1::UpdatePodSandboxResourcesRequest request;
  request.set_pod_sandbox_id(vm.sandbox);
  request.mutable_overhead()->set_memory_limit_in_bytes(200 * kMiB);
  *request.mutable_resources() = MemoryLimit(256);
  vm.updates.Sandbox(request);
  CHECK(vm.Text("memory.max") == std::to_string(456 * kMiB));
  CHECK(vm.Text("../memory.max") == std::to_string(456 * kMiB));
  SECTION("what QEMU holds already is left to it, and the pod as it was") {
    fs::path cgroup = CgroupOf(*vm.world.registry.FindContainer(vm.id),
                               *vm.world.registry.FindSandbox(vm.sandbox));
    FakeCgroupV2::Put(vm.world.cgroup_root / cgroup.relative_path() / "memory.current",
                      std::to_string(440 * kMiB));
    request.mutable_overhead()->set_memory_limit_in_bytes(150 * kMiB);
    CHECK(CodeOf([&] { vm.updates.Sandbox(request); }) == StatusCode::FAILED_PRECONDITION);
    CHECK(vm.Text("memory.max") == std::to_string(456 * kMiB));
    CHECK(vm.Text("../memory.max") == std::to_string(456 * kMiB));
  }
  SECTION("a pod that was stopped is refused") {
    vm.world.sandboxes.Stop(vm.sandbox);
    CHECK(CodeOf([&] { vm.updates.Sandbox(request); }) == StatusCode::FAILED_PRECONDITION);
  }
}

}  // namespace
}  // namespace crimux::vm
