#include "vmruntime/pod/pod_cgroups.h"

#include <catch2/catch.hpp>

#include "base/file.h"
#include "tests/sizes.h"
#include "tests/vmruntime/pod/fake_rooms.h"
#include "vmruntime/pod/machine_size.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;
using state::ContainerRecord;

struct LimitedPod {
  WorldDir dir;
  World world{dir.path(), dir.hypervisor};
  runtime::v1::RunPodSandboxRequest request = world.SandboxRequest("web");
  std::string sandbox;

  explicit LimitedPod(const std::string& parent = "/kubepods/pod7") {
    request.mutable_config()->mutable_linux()->set_cgroup_parent(parent);
  }
  std::string Start(const std::function<void(Resources&)>& limit) {
    sandbox = world.sandboxes.Run(request);
    auto create = world.ContainerRequest(sandbox);
    limit(*create.mutable_config()->mutable_linux()->mutable_resources());
    std::string id = world.containers.Create(create);
    world.containers.Start(id);
    return id;
  }
  std::string Text(const fs::path& file) const {
    return ReadFile(world.cgroup_root / file.relative_path());
  }
  ContainerRecord Get(const std::string& id) const { return *world.registry.FindContainer(id); }
};

TEST_CASE("QEMU is in a cgroup with the container's limits before its guest runs") {
  LimitedPod pod;
  std::string id = pod.Start([](Resources& resources) {
    resources.set_cpu_shares(512);
    resources.set_cpu_quota(150'000);
    resources.set_cpu_period(100'000);
    resources.set_memory_limit_in_bytes(256 * kMiB);
  });
  fs::path cgroup = "/kubepods/pod7/" + id;
  CHECK(pod.Text(cgroup / "cgroup.procs") == std::to_string(::getpid()) + "\n");
  CHECK(pod.Text(cgroup / "cpu.weight") == "20");
  CHECK(pod.Text(cgroup / "cpu.max") == "150000 100000");
  // The guest's RAM and what QEMU needs beside it.
  CHECK(pod.Text(cgroup / "memory.max") == std::to_string((256 + 100) * kMiB));
  CHECK_FALSE(pod.dir.hypervisor.machines.at(id).paused);

  pod.dir.hypervisor.End(id, MachineEnd::kShutdown);
  CHECK_FALSE(fs::exists(pod.world.cgroup_root / "kubepods/pod7" / id));
  pod.world.sandboxes.Remove(pod.sandbox);
  CHECK(pod.world.Empty());
}

TEST_CASE("a slice holds a scope") {
  LimitedPod pod("kubepods-pod7.slice");
  std::string id = pod.Start([](Resources&) {});
  CHECK(fs::exists(pod.world.cgroup_root / "kubepods.slice/kubepods-pod7.slice" /
                   ("crimux-" + id + ".scope")));
  pod.world.sandboxes.Remove(pod.sandbox);
  CHECK(pod.world.Empty());
}

TEST_CASE("the pod's overhead counts for QEMU where it is more than that needs") {
  LimitedPod pod;
  pod.request.mutable_config()->mutable_linux()->mutable_overhead()->set_memory_limit_in_bytes(
      160 * kMiB);
  std::string id =
      pod.Start([](Resources& resources) { resources.set_memory_limit_in_bytes(256 * kMiB); });
  CHECK(pod.Text("/kubepods/pod7/" + id + "/memory.max") == std::to_string((256 + 160) * kMiB));
}

TEST_CASE("without a memory limit the cgroup has none") {
  LimitedPod pod;
  std::string id = pod.Start([](Resources&) {});
  CHECK(pod.Text("/kubepods/pod7/" + id + "/memory.max") == "max");
}

TEST_CASE("a guest in hugepages leaves the memory limit to QEMU, who must have enough") {
  LimitedPod pod;
  auto limits = [](int64_t memory) {
    return [memory](Resources& resources) {
      resources.set_memory_limit_in_bytes(memory);
      auto& pages = *resources.add_hugepage_limits();
      pages.set_page_size("2MB");
      pages.set_limit(512 * kMiB);
    };
  };
  SECTION("enough") {
    std::string id = pod.Start(limits(128 * kMiB));
    CHECK(pod.Text("/kubepods/pod7/" + id + "/memory.max") == std::to_string(128 * kMiB));
    CHECK(pod.Text("/kubepods/pod7/" + id + "/hugetlb.2MB.max") == std::to_string(512 * kMiB));
    CHECK(pod.dir.hypervisor.specs.at(id).memory.size == 512U * kMiB);
    CHECK(pod.dir.hypervisor.specs.at(id).memory.page_size == 2U * kMiB);
  }
  SECTION("too little") {
    CHECK_THROWS_WITH(pod.Start(limits(64 * kMiB)), Catch::Contains("beside its hugepages"));
  }
}

TEST_CASE("memory.high is above the guest's RAM as memory.max is") {
  LimitedPod pod;
  std::string id = pod.Start([](Resources& resources) {
    resources.set_memory_limit_in_bytes(256 * kMiB);
    (*resources.mutable_unified())["memory.high"] = std::to_string(200 * kMiB);
  });
  CHECK(pod.Text("/kubepods/pod7/" + id + "/memory.high") == std::to_string(300 * kMiB));
}

TEST_CASE("a cpuset with a CPU for each vCPU pins them one by one, another one all together") {
  LimitedPod pod;
  std::string id = pod.Start([](Resources& resources) {
    resources.set_cpu_quota(200'000);
    resources.set_cpu_period(100'000);
    resources.set_cpuset_cpus("2,4");
    resources.set_cpuset_mems("0");
  });
  using Pins = std::vector<std::set<unsigned>>;
  CHECK(pod.dir.hypervisor.pins.at(id) == Pins{{2}, {4}});
  CHECK(pod.dir.hypervisor.specs.at(id).memory.nodes == "0");
  auto other = pod.world.ContainerRequest(pod.sandbox);
  pod.dir.hypervisor.End(id, MachineEnd::kShutdown);
  other.mutable_config()->mutable_metadata()->set_attempt(1);
  other.mutable_config()->mutable_linux()->mutable_resources()->set_cpuset_cpus("0-2");
  std::string second = pod.world.containers.Create(other);
  pod.world.containers.Start(second);
  CHECK(pod.dir.hypervisor.pins.at(second) == Pins{{0, 1, 2}});
}

TEST_CASE("a limit that can't be set ends the container with a StartError, and leaves nothing") {
  LimitedPod pod;
  pod.world.cgroup_files.refused = {"cpu.weight"};
  CHECK_THROWS_AS(pod.Start([](Resources& resources) { resources.set_cpu_shares(7); }), Error);
  ContainerRecord container = pod.world.registry.Containers().at(0);
  CHECK(container.reason() == "StartError");
  CHECK_FALSE(fs::exists(pod.world.cgroup_root / "kubepods/pod7" / container.id()));
}

TEST_CASE("a guest that can't be let run takes QEMU with it") {
  LimitedPod pod;
  pod.dir.hypervisor.fail_resume = true;
  CHECK_THROWS_AS(pod.Start([](Resources&) {}), Error);
  ContainerRecord container = pod.world.registry.Containers().at(0);
  CHECK(container.reason() == "StartError");
  CHECK(container.exit_code() == 128);
  CHECK_FALSE(pod.dir.hypervisor.machines.at(container.id()).running);
  CHECK_FALSE(fs::exists(pod.world.cgroup_root / "kubepods/pod7" / container.id()));
}

TEST_CASE("a QEMU that the kernel kills for want of memory is OOMKilled") {
  LimitedPod pod;
  std::string id = pod.Start([](Resources&) {});
  FakeCgroupV2::Put(pod.world.cgroup_root / "kubepods/pod7" / id / "memory.events",
                    "oom 1\noom_kill 1\n");
  pod.dir.hypervisor.End(id, MachineEnd::kCrashed);
  CHECK(pod.Get(id).reason() == "OOMKilled");
  CHECK(pod.Get(id).exit_code() == 137);
}

TEST_CASE("a crash without such a kill is none") {
  LimitedPod pod;
  std::string id = pod.Start([](Resources&) {});
  pod.dir.hypervisor.End(id, MachineEnd::kCrashed);
  CHECK(pod.Get(id).reason() == "Error");
  CHECK(pod.Get(id).exit_code() == 255);
}

TEST_CASE("a pod's cgroup that the kubelet has made is not changed, and stays") {
  LimitedPod pod;
  pod.world.cgroups.Make("/kubepods/pod7");
  FakeCgroupV2::Put(pod.world.cgroup_root / "kubepods/pod7/memory.max", "12345");
  pod.request.mutable_config()->mutable_linux()->mutable_resources()->set_memory_limit_in_bytes(
      256 * kMiB);
  pod.Start([](Resources&) {});
  CHECK(pod.Text("/kubepods/pod7/memory.max") == "12345");
  pod.world.sandboxes.Remove(pod.sandbox);
  CHECK(fs::exists(pod.world.cgroup_root / "kubepods/pod7"));
  CHECK(pod.world.CountCgroups() == 2);
}

TEST_CASE("a pod's cgroup without room for QEMU gets it, and none has less than before") {
  LimitedPod pod;
  pod.world.cgroups.Make("/kubepods/pod7");
  const fs::path limit = pod.world.cgroup_root / "kubepods/pod7/memory.max";
  const auto start = [&pod] {
    pod.Start([](Resources& resources) { resources.set_memory_limit_in_bytes(256 * kMiB); });
  };
  SECTION("the containers' limits alone") {
    FakeCgroupV2::Put(limit, std::to_string(256 * kMiB));
    start();
    CHECK(ReadFile(limit) == std::to_string((256 + 100) * kMiB));
  }
  SECTION("one that can't be raised is done with") {
    FakeCgroupV2::Put(limit, std::to_string(256 * kMiB));
    pod.world.cgroup_files.refused.insert(limit);
    start();
    CHECK(ReadFile(limit) == std::to_string(256 * kMiB));
  }
  SECTION("more than that") {
    FakeCgroupV2::Put(limit, std::to_string(900 * kMiB));
    start();
    CHECK(ReadFile(limit) == std::to_string(900 * kMiB));
  }
  SECTION("none") {
    FakeCgroupV2::Put(limit, "max\n");
    start();
    CHECK(ReadFile(limit) == "max\n");
  }
}

TEST_CASE("a pod's cgroup of our own has the pod's limits and its overhead") {
  LimitedPod pod;
  auto& linux_config = *pod.request.mutable_config()->mutable_linux();
  linux_config.mutable_resources()->set_memory_limit_in_bytes(256 * kMiB);
  linux_config.mutable_overhead()->set_memory_limit_in_bytes(160 * kMiB);
  pod.Start([](Resources&) {});
  CHECK(pod.Text("/kubepods/pod7/memory.max") == std::to_string(416 * kMiB));
}

TEST_CASE("a cgroup that two pods share goes with the last of them") {
  LimitedPod pod;
  pod.Start([](Resources&) {});
  auto other = pod.world.SandboxRequest("db");
  bool below = GENERATE(false, true);
  other.mutable_config()->mutable_linux()->set_cgroup_parent(below ? "/kubepods/pod8"
                                                                   : "/kubepods/pod7");
  std::string second = pod.world.sandboxes.Run(other);
  pod.world.sandboxes.Remove(pod.sandbox);
  CHECK(pod.world.CountCgroups() == 2);
  pod.world.sandboxes.Remove(second);
  CHECK(pod.world.Empty());
}

TEST_CASE("a start that was broken off before the guest ran is finished by recovery") {
  WorldDir dir;
  std::optional<World> world;
  world.emplace(dir.path(), dir.hypervisor);
  std::string id = world->RunContainer(world->RunSandbox("web"));
  dir.hypervisor.machines.at(id).paused = true;
  fs::path cgroup = world->cgroup_root /
                    CgroupOf(*world->registry.FindContainer(id), world->registry.Sandboxes().at(0))
                        .relative_path();
  dir.hypervisor.OnEnd(nullptr);
  world.emplace(dir.path(), dir.hypervisor);
  world->Recover();
  CHECK_FALSE(dir.hypervisor.machines.at(id).paused);
  CHECK(ReadFile(cgroup / "cgroup.procs") == std::to_string(::getpid()) + "\n");
}

}  // namespace
}  // namespace crimux::vm
