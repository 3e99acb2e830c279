#include "vmruntime/pod/recovery.h"

#include <spdlog/spdlog.h>

#include <set>

#include "base/id.h"
#include "vmruntime/disk/pod_disks.h"
#include "vmruntime/network/link/netns.h"
#include "vmruntime/pod/container_disks.h"
#include "vmruntime/pod/network_service.h"

namespace crimux::vm {
namespace {

using state::ContainerRecord;
using state::SandboxRecord;

template <typename Work>
void Try(std::string_view what, const std::string& id, Work work) {
  try {
    work();
  } catch (const std::exception& e) {
    spdlog::error("recover {} {}: {}", what, ShortId(id), e.what());
  }
}

}  // namespace

void Recovery::Run() {
  for (const ContainerRecord& container : rooms_.registry.Containers()) {
    Try("container", container.id(), [&] { RecoverContainer(container); });
  }
  for (const SandboxRecord& sandbox : rooms_.registry.Sandboxes()) {
    Try("pod sandbox", sandbox.id(), [&] { RecoverSandbox(sandbox); });
  }
  RemoveStrangers();
}

void Recovery::RecoverContainer(const ContainerRecord& container) {
  const std::string& id = container.id();
  switch (container.state()) {
    case ContainerRecord::CREATING:
    case ContainerRecord::REMOVING:
      return containers_.RemoveLocked(container);
    case ContainerRecord::RUNNING: {
      auto state = rooms_.hypervisor.State(id);
      containers_.FollowConsole(container);
      if (state && state->running) return TakeOver(container, state->paused);
      return containers_.Ended(id, state && state->end ? *state->end : MachineEnd::kCrashed);
    }
    default:
      return containers_.RemoveCgroup(container);
  }
}

void Recovery::TakeOver(const ContainerRecord& container, bool paused) {
  auto sandbox = rooms_.registry.FindSandbox(container.sandbox_id());
  if (!sandbox) return;
  Try("DHCP server of", sandbox->id(), [&] { ServeNetwork(*sandbox, rooms_); });
  if (paused) containers_.ResumeStart(container, *sandbox);
  rooms_.agent_files.Deliver(container, *sandbox);
}

void Recovery::RecoverSandbox(const SandboxRecord& sandbox) {
  const std::string& id = sandbox.id();
  if (sandbox.state() == SandboxRecord::CREATING) return sandboxes_.Remove(id);
  if (sandbox.state() == SandboxRecord::NOT_READY) return sandboxes_.Stop(id);
  if (!NetnsExists(sandbox.netns())) {
    spdlog::warn("pod sandbox {} has lost its network namespace (a reboot?): not ready",
                 ShortId(id));
    sandboxes_.Stop(id);
  }
}

void Recovery::RemoveStrangers() {
  for (const std::string& name : rooms_.hypervisor.List()) {
    if (rooms_.registry.FindContainer(name)) continue;
    spdlog::warn("removing machine {}: no record knows it", name);
    Try("machine", name, [&] { rooms_.hypervisor.Undefine(name); });
  }
  for (const auto& entry : std::filesystem::directory_iterator(rooms_.layout.Containers())) {
    std::string id = entry.path().filename();
    if (!rooms_.registry.FindContainer(id)) Try("files of", id, [&] { RemoveTree(entry.path()); });
  }
  for (const auto& entry : std::filesystem::directory_iterator(rooms_.layout.Sandboxes())) {
    std::string id = entry.path().filename();
    if (!rooms_.registry.FindSandbox(id)) Try("files of", id, [&] { RemoveTree(entry.path()); });
  }
  RemoveStrangeNetworks();
  RemoveStrangeDisks();
}

void Recovery::RemoveStrangeNetworks() {
  std::set<std::string> known;
  for (const SandboxRecord& sandbox : rooms_.registry.Sandboxes()) known.insert(sandbox.id());
  Try("networks", "", [&] { rooms_.networks.CollectGarbage(known); });
}

void Recovery::RemoveStrangeDisks() {
  std::set<std::string> known;
  for (const SandboxRecord& sandbox : rooms_.registry.Sandboxes()) {
    known.insert(PodDisksKey(sandbox));
  }
  PodDisks disks(rooms_.layout.Disks());
  for (const std::string& key : disks.Keys()) {
    if (!known.contains(key)) Try("disks of", key, [&] { disks.Remove(key); });
  }
}

}  // namespace crimux::vm
