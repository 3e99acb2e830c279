#include "vmruntime/pod/pod_cgroups.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "vmruntime/cgroup/cgroup_path.h"
#include "vmruntime/cgroup/cpu_list.h"
#include "vmruntime/cgroup/processes.h"
#include "vmruntime/pod/machine_size.h"
#include "vmruntime/pod/machine_spec.h"

namespace crimux::vm {
namespace {

using state::ContainerRecord;
using state::SandboxRecord;

void Remove(const std::filesystem::path& cgroup, Cgroups& cgroups) {
  if (!cgroups.Remove(cgroup)) spdlog::warn("cgroup {} stays: it is in use", cgroup.string());
}

// What is 0 or empty in the CRI's words isn't said.
CgroupLimits CpuLimits(const Resources& resources) {
  CgroupLimits limits;
  if (resources.cpu_shares() > 0) limits.cpu_shares = resources.cpu_shares();
  if (resources.cpu_quota() != 0) limits.cpu_quota = std::max<int64_t>(resources.cpu_quota(), -1);
  if (resources.cpu_period() > 0) limits.cpu_period = resources.cpu_period();
  if (!resources.cpuset_cpus().empty()) limits.cpuset_cpus = resources.cpuset_cpus();
  if (!resources.cpuset_mems().empty()) limits.cpuset_mems = resources.cpuset_mems();
  return limits;
}

bool Ours(const SandboxRecord& sandbox) {
  return !sandbox.made_cgroups().empty() &&
         *sandbox.made_cgroups().rbegin() == CgroupOf(sandbox).string();
}

bool IsAtOrBelow(const std::filesystem::path& path, const std::filesystem::path& top) {
  return std::ranges::mismatch(top, path).in1 == top.end();
}

// Whether another pod lives in this cgroup, which is its to remove from now on.
bool LeaveToOther(const SandboxRecord& sandbox, const std::string& cgroup, Registry& registry) {
  for (const SandboxRecord& other : registry.Sandboxes()) {
    if (other.id() == sandbox.id() || other.dismantled()) continue;
    if (!IsAtOrBelow(CgroupOf(other), cgroup)) continue;
    return registry.UpdateSandbox(other.id(), [&](SandboxRecord& record) {
      record.add_made_cgroups(cgroup);
      std::ranges::sort(*record.mutable_made_cgroups(), {}, &std::string::size);
      return true;
    });
  }
  return false;
}

// memory.high throttles who comes near his limit; a guest's RAM isn't QEMU's all.
void AddUnified(const Resources& resources, uint64_t own, CgroupLimits& limits) {
  for (const auto& [file, value] : resources.unified()) {
    uint64_t bytes = 0;
    auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), bytes);
    bool shift = file == "memory.high" && error == std::errc();
    limits.unified[file] = shift ? std::to_string(bytes + own) : value;
  }
}

// Beside memory; the CRI's figure is that of both.
std::optional<uint64_t> Swap(const Resources& resources) {
  int64_t both = resources.memory_swap_limit_in_bytes();
  if (both == 0) return std::nullopt;
  if (both < 0) return CgroupLimits::kUnlimited;
  return std::max<int64_t>(0, both - resources.memory_limit_in_bytes());
}

std::optional<uint64_t> MemoryLimit(const Resources& resources, const MachineSpec& spec,
                                    uint64_t own) {
  if (resources.memory_limit_in_bytes() <= 0) return std::nullopt;
  if (spec.memory.page_size == 0) return spec.memory.size + own;
  auto limit = static_cast<uint64_t>(resources.memory_limit_in_bytes());
  if (limit >= own) return limit;
  throw Error(
      grpc::StatusCode::INVALID_ARGUMENT, "limit memory of", "resources.limits.memory",
      fmt::format("beside its hugepages the VM needs {} bytes, and is given {}", own, limit));
}

}  // namespace

std::filesystem::path CgroupOf(const SandboxRecord& sandbox) {
  return PodCgroup(sandbox.config().linux().cgroup_parent(), sandbox.id());
}

std::filesystem::path CgroupOf(const ContainerRecord& container, const SandboxRecord& sandbox) {
  return ContainerCgroup(sandbox.config().linux().cgroup_parent(), sandbox.id(), container.id());
}

void MakePodCgroup(const SandboxRecord& sandbox, Cgroups& cgroups) {
  cgroups.Make(CgroupOf(sandbox));
  SetPodLimits(sandbox, cgroups);
}

void SetPodLimits(const SandboxRecord& sandbox, Cgroups& cgroups) {
  if (!Ours(sandbox)) return;
  const Resources& pod = sandbox.config().linux().resources();
  const Resources& overhead = sandbox.config().linux().overhead();
  CgroupLimits limits = CpuLimits(pod);
  if (pod.cpu_quota() > 0 && pod.cpu_period() == overhead.cpu_period()) {
    limits.cpu_quota = pod.cpu_quota() + std::max<int64_t>(0, overhead.cpu_quota());
  }
  if (pod.memory_limit_in_bytes() > 0) {
    limits.memory =
        pod.memory_limit_in_bytes() + std::max<int64_t>(0, overhead.memory_limit_in_bytes());
  }
  cgroups.Set(CgroupOf(sandbox), limits);
}

void RemovePodCgroup(const SandboxRecord& sandbox, const Rooms& rooms) {
  for (const ContainerRecord& container : rooms.registry.ContainersOf(sandbox.id())) {
    RemoveContainerCgroup(container, sandbox, rooms.cgroups);
  }
  // Others may have left it theirs since.
  const SandboxRecord now = rooms.registry.FindSandbox(sandbox.id()).value_or(sandbox);
  for (int i = now.made_cgroups_size() - 1; i >= 0; --i) {
    if (!LeaveToOther(now, now.made_cgroups(i), rooms.registry)) {
      Remove(now.made_cgroups(i), rooms.cgroups);
    }
  }
}

CgroupLimits LimitsOf(const ContainerRecord& container, const SandboxRecord& sandbox,
                      const Rooms& rooms) {
  const Resources& resources = container.config().linux().resources();
  const MachineSpec spec = MakeMachineSpec(container, sandbox, rooms);
  auto overhead = std::max<int64_t>(0, sandbox.config().linux().overhead().memory_limit_in_bytes());
  uint64_t own = std::max<uint64_t>(overhead, rooms.hypervisor.OwnMemory(spec));
  CgroupLimits limits = CpuLimits(resources);
  limits.memory = MemoryLimit(resources, spec, own);
  if (limits.memory) limits.swap = Swap(resources);
  for (const auto& limit : resources.hugepage_limits()) {
    limits.hugepages[limit.page_size()] = limit.limit();
  }
  AddUnified(resources, own, limits);
  return limits;
}

void MakeContainerCgroup(const ContainerRecord& container, const SandboxRecord& sandbox,
                         const Rooms& rooms) {
  const std::filesystem::path cgroup = CgroupOf(container, sandbox);
  const CgroupLimits limits = LimitsOf(container, sandbox, rooms);
  Rollback rollback;
  MakeRoomInPod(sandbox, limits, rooms.cgroups, rollback);
  rooms.cgroups.Make(cgroup);
  rooms.cgroups.Set(cgroup, limits);
  rollback.Commit();
}

void MakeRoomInPod(const SandboxRecord& sandbox, const CgroupLimits& limits, Cgroups& cgroups,
                   Rollback& rollback) {
  const std::filesystem::path pod = CgroupOf(sandbox);
  std::optional<uint64_t> before = cgroups.MemoryLimit(pod);
  if (!before || !limits.memory || *before >= *limits.memory) return;
  CgroupLimits raised;
  raised.memory = limits.memory;
  const std::string name = sandbox.id().substr(0, 13);
  try {
    cgroups.Set(pod, raised);
  } catch (const Error& e) {
    spdlog::warn("pod {}: its cgroup has no room for QEMU beside the guest's RAM: {}", name,
                 e.what());
    return;
  }
  spdlog::info(
      "pod {}: memory limit of its cgroup raised from {} to {} bytes, to have room for "
      "QEMU beside the guest's RAM",
      name, *before, *limits.memory);
  rollback.Add("memory limit of the pod", [&cgroups, pod, before] {
    CgroupLimits old;
    old.memory = before;
    cgroups.Set(pod, old);
  });
}

void Place(const ContainerRecord& container, const SandboxRecord& sandbox, const Rooms& rooms) {
  std::vector<int> pids = rooms.hypervisor.Processes(container.id());
  std::vector<int> helpers = rooms.shares.Processes(rooms.layout.Container(container.id()));
  pids.insert(pids.end(), helpers.begin(), helpers.end());
  pids = WithDescendants(pids);
  rooms.cgroups.Move(CgroupOf(container, sandbox), pids);
  SetOomScore(pids, container.config().linux().resources().oom_score_adj());
  PinToCpuset(container, rooms);
}

void PinToCpuset(const ContainerRecord& container, const Rooms& rooms) {
  const std::string& list = container.config().linux().resources().cpuset_cpus();
  if (list.empty()) return;
  std::set<unsigned> cpus = ParseCpuList(list);
  unsigned vcpus = rooms.hypervisor.Vcpus(container.id());
  std::vector<std::set<unsigned>> pins(vcpus, cpus);
  if (cpus.size() == vcpus) {
    auto cpu = cpus.begin();
    for (std::set<unsigned>& pin : pins) pin = {*cpu++};
  }
  rooms.hypervisor.PinVcpus(container.id(), pins);
}

void RemoveContainerCgroup(const ContainerRecord& container, const SandboxRecord& sandbox,
                           Cgroups& cgroups) {
  Remove(CgroupOf(container, sandbox), cgroups);
}

}  // namespace crimux::vm
