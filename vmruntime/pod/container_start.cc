#include <future>

#include "base/fault_point.h"
#include "base/rollback.h"
#include "vmruntime/annotations/pod_options.h"
#include "vmruntime/device/device_access.h"
#include "vmruntime/network/link/netns.h"
#include "vmruntime/pod/container_host_devices.h"
#include "vmruntime/pod/containers.h"
#include "vmruntime/pod/machine_spec.h"
#include "vmruntime/pod/network_record.h"
#include "vmruntime/pod/network_service.h"
#include "vmruntime/pod/nics.h"
#include "vmruntime/pod/pod_cgroups.h"
#include "vmruntime/pod/switch_patience.h"
#include "vmruntime/pod/volumes.h"

// How a container's machine comes to run, in one go or after a crash of ours in the middle.
namespace crimux::vm {

using state::ContainerRecord;
using state::SandboxRecord;

namespace {

constexpr int kStartError = 128;  // as container runtimes have it

void StartPaused(const ContainerRecord& container, const SandboxRecord& sandbox,
                 Hypervisor& hypervisor) {
  std::vector<std::string> sockets = VhostSockets(FromRecord(sandbox.network()));
  if (sockets.empty()) return hypervisor.StartPaused(container.id());
  StartWithSwitches(hypervisor, container.id(), sockets, kSwitchPatience);
}

}  // namespace

void Containers::StartMachine(const ContainerRecord& container, const SandboxRecord& sandbox) {
  ShareOptions options = ReadPodOptions(AnnotationsOf(sandbox.config())).shares;
  auto volumes = VolumesOf(container, options, rooms_.layout);
  MakeContainerCgroup(container, sandbox, rooms_);
  FaultPoint("start.cgroup-made");
  // Beside QEMU, which takes longer to come up.
  auto served = std::async(std::launch::async, [&] { ServeNetwork(sandbox, rooms_); });
  RunInNetns(sandbox.netns(), [&] {
    if (volumes) rooms_.shares.Start(*volumes);
    FaultPoint("start.shared");
    DeviceAccess access(NodesThatQemuOpens(container, sandbox), rooms_.qemu);
    StartPaused(container, sandbox, rooms_.hypervisor);
  });
  FaultPoint("start.paused");
  served.get();
  // What the guest does from its first instruction on is counted and held back in its cgroup.
  Place(container, sandbox, rooms_);
  FaultPoint("start.placed");
  rooms_.hypervisor.Resume(container.id());
  FaultPoint("start.runs");
}

void Containers::ResumeStart(const ContainerRecord& container, const SandboxRecord& sandbox) {
  try {
    MakeContainerCgroup(container, sandbox, rooms_);
    Place(container, sandbox, rooms_);
    rooms_.hypervisor.Resume(container.id());
  } catch (const std::exception& e) {
    GiveUpStart(container, e.what());
    throw;
  }
}

// Exited first: so the end of a machine that came as far as QEMU says nothing more.
void Containers::GiveUpStart(const ContainerRecord& container, const std::string& why) {
  const std::string& id = container.id();
  rooms_.consoles.Finish(id);
  Exit(id, kStartError, "StartError", why);
  Rollback undo;
  undo.Add("cgroup", [&] { RemoveCgroup(container); });
  undo.Add("shares", [&] { rooms_.shares.Stop(rooms_.layout.Container(id)); });
  undo.Add("machine", [&] { rooms_.hypervisor.Destroy(id); });
}

}  // namespace crimux::vm
