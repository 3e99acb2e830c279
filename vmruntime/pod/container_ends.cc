// How containers end: what StopContainer, RemoveContainer and the end of a machine do.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "base/error.h"
#include "base/fault_point.h"
#include "base/id.h"
#include "vmruntime/pod/containers.h"
#include "vmruntime/pod/machine_identity.h"
#include "vmruntime/pod/pod_cgroups.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;
using state::ContainerRecord;
using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::seconds kAskAgain{5};
// How long a destroyed QEMU may take to be gone.
constexpr std::chrono::seconds kDestroyPatience{30};

constexpr int kKilled = 137;   // as a process that got SIGKILL
constexpr int kCrashed = 255;  // the machine broke; the guest gave no code

// The console's and, beside it, the guest agent's (see MachineSpec) and virtiofsd's: who was killed
// leaves them.
void RemoveSockets(const std::filesystem::path& console) {
  std::error_code ignored;
  std::filesystem::remove(console, ignored);
  std::filesystem::remove(console.string() + ".agent", ignored);
  std::filesystem::remove(console.string() + ".share", ignored);
}

// A machine that hangs can't be asked; it will be destroyed when its time is over.
void AskToPowerOff(Hypervisor& hypervisor, const std::string& id) {
  try {
    hypervisor.RequestShutdown(id);
  } catch (const Error& e) {
    spdlog::warn("container {}: {}", ShortId(id), e.what());
  }
}

}  // namespace

void Containers::Stop(const std::string& id_or_prefix, std::chrono::seconds grace,
                      const CallContext& context) {
  auto container = rooms_.registry.FindContainer(id_or_prefix);
  if (!container || container->state() != ContainerRecord::RUNNING) return;
  const std::string id = container->id();
  rooms_.registry.UpdateContainer(id, [](ContainerRecord& record) {
    record.set_stop_requested(true);
    return true;
  });
  FaultPoint("stop.recorded");
  SteadyClock::time_point end_of_grace = SteadyClock::now() + grace;
  while (SteadyClock::now() < end_of_grace) {
    AskToPowerOff(rooms_.hypervisor, id);
    FaultPoint("stop.asked");
    auto until = std::min(SteadyClock::now() + kAskAgain, end_of_grace);
    if (rooms_.registry.WaitForEnd(id, until, context.cancelled)) return;
    if (context.cancelled.stop_requested()) {
      throw Error(StatusCode::CANCELLED, "stop container", id, "the caller gave up waiting");
    }
  }
  Destroy(id);
}

void Containers::Destroy(const std::string& id) {
  rooms_.hypervisor.Destroy(id);
  FaultPoint("stop.destroyed");
  auto until = SteadyClock::now() + kDestroyPatience;
  if (rooms_.registry.WaitForEnd(id, until, std::stop_token())) return;
  auto state = rooms_.hypervisor.State(id);
  if (state && state->running) {
    throw Error(StatusCode::INTERNAL, "stop container", id, "QEMU does not end");
  }
  Ended(id, MachineEnd::kDestroyed);
}

void Containers::Remove(const std::string& id) {
  auto container = rooms_.registry.FindContainer(id);
  if (!container) return;
  PodLocks::Guard guard = rooms_.locks.Lock(container->sandbox_id());
  RemoveLocked(*container);
}

void Containers::RemoveLocked(const ContainerRecord& container) {
  const std::string& id = container.id();
  if (container.state() == ContainerRecord::RUNNING) Destroy(id);
  rooms_.registry.UpdateContainer(id, [](ContainerRecord& record) {
    record.set_state(ContainerRecord::REMOVING);
    return true;
  });
  FaultPoint("remove.recorded");
  rooms_.consoles.Forget(id);
  rooms_.shares.Stop(rooms_.layout.Container(id));
  rooms_.hypervisor.Undefine(id);
  FaultPoint("remove.undefined");
  RemoveCgroup(container);
  FaultPoint("remove.cgroup-removed");
  RemoveOwnTpm(container, rooms_);
  FaultPoint("remove.tpm-removed");
  RemoveTree(rooms_.layout.Container(id));
  FaultPoint("remove.files-removed");
  RemoveSockets(rooms_.layout.ConsoleSocket(id));
  FaultPoint("remove.sockets-removed");
  rooms_.registry.EraseContainer(id);
  FaultPoint("remove.erased");
}

void Containers::Ended(const std::string& id, MachineEnd end) {
  auto container = rooms_.registry.FindContainer(id);
  if (!container || container->state() != ContainerRecord::RUNNING) return;
  rooms_.consoles.Finish(id);
  FaultPoint("stop.log-finished");
  rooms_.shares.Stop(rooms_.layout.Container(id));
  FaultPoint("stop.share-stopped");
  ExitAfter(*container, end);
  // Not before: what it knows of the end would be lost with a crash in between.
  RemoveCgroup(*container);
  FaultPoint("stop.cgroup-removed");
}

void Containers::ExitAfter(const ContainerRecord& container, MachineEnd end) {
  const std::string& id = container.id();
  switch (end) {
    case MachineEnd::kShutdown:
      return Exit(id, 0, "Completed", "");
    case MachineEnd::kDestroyed:
      return Exit(id, kKilled, "Error",
                  container.stop_requested() ? "" : "the machine was destroyed from outside");
    case MachineEnd::kCrashed:
      if (!KernelKilled(container)) return Exit(id, kCrashed, "Error", "the machine crashed");
      return Exit(id, kKilled, "OOMKilled", "the kernel killed QEMU for want of memory");
    case MachineEnd::kFailed:
      return;  // Start knows more, and says it.
  }
}

bool Containers::KernelKilled(const ContainerRecord& container) const {
  auto sandbox = rooms_.registry.FindSandbox(container.sandbox_id());
  return sandbox && rooms_.cgroups.OomKills(CgroupOf(container, *sandbox)) > 0;
}

void Containers::RemoveCgroup(const ContainerRecord& container) {
  auto sandbox = rooms_.registry.FindSandbox(container.sandbox_id());
  if (sandbox) RemoveContainerCgroup(container, *sandbox, rooms_.cgroups);
}

void Containers::Exit(const std::string& id, int exit_code, const std::string& reason,
                      const std::string& message) {
  bool exited = rooms_.registry.UpdateContainer(id, [&](ContainerRecord& record) {
    if (record.state() != ContainerRecord::RUNNING) return false;
    record.set_state(ContainerRecord::EXITED);
    record.set_finished_at(Now());
    record.set_exit_code(exit_code);
    record.set_reason(reason);
    record.set_message(message);
    return true;
  });
  FaultPoint("stop.exited");
  if (exited) spdlog::info("container {} exited: {} ({})", ShortId(id), exit_code, reason);
}

}  // namespace crimux::vm
