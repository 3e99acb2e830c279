#include "vmruntime/pod/resource_updates.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "base/error.h"
#include "base/rollback.h"
#include "vmruntime/annotations/pod_options.h"
#include "vmruntime/pod/machine_spec.h"
#include "vmruntime/pod/pod_cgroups.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;
using state::ContainerRecord;
using state::SandboxRecord;
using std::chrono::steady_clock;

constexpr std::string_view kOperation = "update resources of container";
constexpr std::chrono::milliseconds kLook{50};
// Times the patience: a guest that never comes to an end must not keep its pod from being stopped.
constexpr int kMostPatience = 12;

[[noreturn]] void RefuseUpdate(const std::string& id, std::string_view reason) {
  throw Error(StatusCode::FAILED_PRECONDITION, kOperation, id, reason);
}

MachineSize SizeOf(const ContainerRecord& container, const MachineOptions& options,
                   const Rooms& rooms) {
  return SizeOf(container.config().linux().resources(), options, rooms.config);
}

// `most`: of the machine as it was made.
void RequireWithin(const MachineSize& now, const MachineSize& wanted, const MachineSize& most,
                   const std::string& id) {
  if (wanted.vcpus > most.max_vcpus) {
    RefuseUpdate(id, fmt::format("it needs {} vCPUs, and a running VM can have {} ({} allows more)",
                                 wanted.vcpus, most.max_vcpus, annotation::kMaxVcpus.name));
  }
  bool other_pages = wanted.memory.page_size != now.memory.page_size ||
                     (now.memory.page_size != 0 && wanted.memory.size != now.memory.size);
  if (other_pages) RefuseUpdate(id, "the hugepages of a running VM stay as they are");
  if (wanted.memory.size > most.memory.max) {
    RefuseUpdate(id,
                 fmt::format("it needs {} bytes of memory, and a running VM can have {} ({} allows "
                             "more)",
                             wanted.memory.size, most.memory.max, annotation::kMaxMemory.name));
  }
}

// The machine was made for the limits of its creation.
Resources CreatedWith(const ContainerRecord& container) {
  return container.has_created_with() ? container.created_with()
                                      : container.config().linux().resources();
}

// The annotations' maxima are those of the machine as it is, and hold no longer for what is less.
MachineOptions WithoutMaxima(MachineOptions options) {
  options.max_vcpus.reset();
  options.max_memory.reset();
  return options;
}

}  // namespace

void MergeResources(const Resources& change, Resources* resources) {
  // The lists and maps of a message are appended to by MergeFrom; here the new one replaces all.
  if (!change.hugepage_limits().empty()) resources->clear_hugepage_limits();
  resources->MergeFrom(change);
}

void ResourceUpdates::Container(const std::string& id_or_prefix, const Resources& change) {
  std::string pod = rooms_.registry.GetContainer(id_or_prefix, kOperation).sandbox_id();
  PodLocks::Guard guard = rooms_.locks.Lock(pod);
  ContainerRecord before = rooms_.registry.GetContainer(id_or_prefix, kOperation);
  const std::string id = before.id();
  SandboxRecord sandbox = rooms_.registry.GetSandbox(pod, kOperation);
  ContainerRecord after = before;
  *after.mutable_created_with() = CreatedWith(before);
  MergeResources(change, after.mutable_config()->mutable_linux()->mutable_resources());
  if (before.state() == ContainerRecord::RUNNING) {
    Apply(before, after, sandbox);
  } else if (before.state() != ContainerRecord::CREATED) {
    RefuseUpdate(id, "it has ended");
  } else {
    const MachineOptions options = ReadPodOptions(AnnotationsOf(sandbox.config())).machine;
    const MachineSize now = SizeOf(before, options, rooms_);
    const MachineSize wanted = SizeOf(after, WithoutMaxima(options), rooms_);
    if (wanted.vcpus != now.vcpus || wanted.memory.size != now.memory.size ||
        wanted.memory.page_size != now.memory.page_size) {
      RefuseUpdate(id, "the size of its machine can change once it runs");
    }
  }
  rooms_.registry.UpdateContainer(id, [&](ContainerRecord& record) {
    *record.mutable_config()->mutable_linux()->mutable_resources() =
        after.config().linux().resources();
    *record.mutable_created_with() = after.created_with();
    return true;
  });
}

void ResourceUpdates::Apply(const ContainerRecord& before, const ContainerRecord& after,
                            const SandboxRecord& sandbox) {
  const std::string& id = before.id();
  const std::filesystem::path cgroup = CgroupOf(before, sandbox);
  const MachineOptions options = ReadPodOptions(AnnotationsOf(sandbox.config())).machine;
  const MachineSize now = SizeOf(before, WithoutMaxima(options), rooms_);
  const MachineSize wanted = SizeOf(after, WithoutMaxima(options), rooms_);
  RequireWithin(now, wanted, vm::SizeOf(CreatedWith(before), options, rooms_.config), id);
  const CgroupLimits old_limits = LimitsOf(before, sandbox, rooms_);
  const CgroupLimits new_limits = LimitsOf(after, sandbox, rooms_);

  Rollback rollback;
  if (wanted.memory.size != now.memory.size) {
    rollback.Add("memory", [&] { rooms_.hypervisor.SetMemory(id, now.memory.size); });
  }
  if (wanted.memory.size < now.memory.size) MoveBalloon(id, wanted.memory.size);
  RequireRoom(before, sandbox, new_limits);
  MakeRoomInPod(sandbox, new_limits, rooms_.cgroups, rollback);
  rooms_.cgroups.Set(cgroup, new_limits);
  rollback.Add("limits", [&] {
    rooms_.cgroups.Set(cgroup, old_limits);
    PinToCpuset(before, rooms_);
  });
  if (wanted.memory.size > now.memory.size) MoveBalloon(id, wanted.memory.size);
  // Fewer are a matter of the quota: guests hardly give vCPUs back.
  if (wanted.vcpus > rooms_.hypervisor.Vcpus(id)) rooms_.hypervisor.SetVcpus(id, wanted.vcpus);
  PinToCpuset(after, rooms_);
  rollback.Commit();
}

void ResourceUpdates::MoveBalloon(const std::string& id, uint64_t bytes) {
  rooms_.hypervisor.SetMemory(id, bytes);
  uint64_t last = rooms_.hypervisor.Memory(id);
  const auto end = steady_clock::now() + kMostPatience * patience_;
  auto stuck = steady_clock::now() + patience_;
  while (last != bytes) {
    std::this_thread::sleep_for(kLook);
    uint64_t memory = rooms_.hypervisor.Memory(id);
    if (memory != last) stuck = std::min(end, steady_clock::now() + patience_);
    last = memory;
    if (last == bytes || steady_clock::now() < stuck) continue;
    RefuseUpdate(id,
                 fmt::format("its guest has {} bytes of memory and doesn't come to {}: its balloon "
                             "driver (virtio_balloon) is not there, or can't",
                             last, bytes));
  }
}

// cgroup v2 doesn't refuse a limit that is too low: it kills.
void ResourceUpdates::RequireRoom(const ContainerRecord& container, const SandboxRecord& sandbox,
                                  const CgroupLimits& limits) const {
  if (!limits.memory) return;
  auto held = rooms_.cgroups.MemoryHeld(CgroupOf(container, sandbox));
  if (!held || *held <= *limits.memory) return;
  RefuseUpdate(container.id(),
               fmt::format("QEMU holds {} bytes, more than the {} that it would be allowed", *held,
                           *limits.memory));
}

void ResourceUpdates::Sandbox(const runtime::v1::UpdatePodSandboxResourcesRequest& request) {
  constexpr std::string_view kUpdate = "update resources of pod sandbox";
  std::string id = rooms_.registry.GetSandbox(request.pod_sandbox_id(), kUpdate).id();
  PodLocks::Guard guard = rooms_.locks.Lock(id);
  const SandboxRecord before = rooms_.registry.GetSandbox(id, kUpdate);
  if (before.state() != SandboxRecord::READY) {
    throw Error(StatusCode::FAILED_PRECONDITION, kUpdate, id, "the pod sandbox is not ready");
  }
  SandboxRecord after = before;
  auto& linux_config = *after.mutable_config()->mutable_linux();
  if (request.has_overhead()) MergeResources(request.overhead(), linux_config.mutable_overhead());
  if (request.has_resources()) {
    MergeResources(request.resources(), linux_config.mutable_resources());
  }
  Rollback rollback;
  rollback.Add("limits of the pod", [&] { SetPodLimits(before, rooms_.cgroups); });
  SetPodLimits(after, rooms_.cgroups);
  for (const ContainerRecord& container : rooms_.registry.ContainersOf(id)) {
    if (container.state() != ContainerRecord::RUNNING) continue;
    const CgroupLimits limits = LimitsOf(container, after, rooms_);
    RequireRoom(container, after, limits);
    MakeRoomInPod(after, limits, rooms_.cgroups, rollback);
    rollback.Add("limits of the VM", [this, &before, container] {
      rooms_.cgroups.Set(CgroupOf(container, before), LimitsOf(container, before, rooms_));
    });
    rooms_.cgroups.Set(CgroupOf(container, after), limits);
  }
  rooms_.registry.UpdateSandbox(id, [&](SandboxRecord& record) {
    *record.mutable_config()->mutable_linux() = after.config().linux();
    return true;
  });
  rollback.Commit();
}

}  // namespace crimux::vm
