#include "vmruntime/pod/containers.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.h"
#include "base/fault_point.h"
#include "base/id.h"
#include "base/rollback.h"
#include "vmruntime/annotations/pod_options.h"
#include "vmruntime/pod/console_file.h"
#include "vmruntime/pod/container_disks.h"
#include "vmruntime/pod/container_host_devices.h"
#include "vmruntime/pod/device_links.h"
#include "vmruntime/pod/guest_seed.h"
#include "vmruntime/pod/machine_identity.h"
#include "vmruntime/pod/machine_spec.h"
#include "vmruntime/pod/volumes.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;
using state::ContainerRecord;
using state::SandboxRecord;

// Absent when the pod wants no log.
std::string LogPath(const runtime::v1::CreateContainerRequest& request,
                    const SandboxRecord& sandbox) {
  const std::string& directory = sandbox.config().log_directory();
  const std::string& path = request.config().log_path();
  if (directory.empty() || path.empty()) return "";
  return (std::filesystem::path(directory) / path).string();
}

void RequireReady(const SandboxRecord& sandbox, std::string_view operation) {
  if (sandbox.state() == SandboxRecord::READY) return;
  throw Error(StatusCode::FAILED_PRECONDITION, operation, sandbox.id(),
              "the pod sandbox is not ready");
}

// A VM pod has one machine; a new container may follow one that has ended.
void RequireAlone(const Registry& registry, const ContainerRecord& container,
                  std::string_view operation) {
  for (const ContainerRecord& other : registry.ContainersOf(container.sandbox_id())) {
    bool same_name = other.config().metadata().name() == container.config().metadata().name();
    bool runs = other.state() == ContainerRecord::RUNNING;
    bool will_run = other.state() == ContainerRecord::CREATED && !same_name;
    if (other.id() == container.id() || (!runs && !will_run)) continue;
    throw Error(StatusCode::FAILED_PRECONDITION, operation, container.config().metadata().name(),
                fmt::format("a VM pod has one container, and this one has {} already",
                            other.config().metadata().name()));
  }
}

StoredImage RequireImage(const ImageStore& images, const std::string& name) {
  if (auto image = images.Find(name)) return *std::move(image);
  throw Error(StatusCode::NOT_FOUND, "create container with image", name,
              "the image is not there; pull it first");
}

}  // namespace

std::string Containers::Create(const runtime::v1::CreateContainerRequest& request) {
  if (request.config().metadata().name().empty()) {
    throw Error(StatusCode::INVALID_ARGUMENT, "create container", request.pod_sandbox_id(),
                "config.metadata.name is empty");
  }
  std::string sandbox_id =
      rooms_.registry.GetSandbox(request.pod_sandbox_id(), "create container in pod sandbox").id();
  PodLocks::Guard guard = rooms_.locks.Lock(sandbox_id);
  SandboxRecord sandbox = rooms_.registry.GetSandbox(sandbox_id, "create container in pod sandbox");
  RequireReady(sandbox, "create container in pod sandbox");
  ContainerRecord container = NewRecord(request, sandbox);
  RequireAlone(rooms_.registry, container, "create container");

  Rollback rollback;
  rooms_.registry.Add(container);
  FaultPoint("create.recorded");
  const std::string id = container.id();
  rollback.Add("record", [this, id] { rooms_.registry.EraseContainer(id); });
  rollback.Add("files", [this, id] { RemoveTree(rooms_.layout.Container(id)); });
  rollback.Add("domain", [this, id] { rooms_.hypervisor.Undefine(id); });
  MakeMachine(container, sandbox);
  rooms_.registry.UpdateContainer(id, [](ContainerRecord& record) {
    record.set_state(ContainerRecord::CREATED);
    return true;
  });
  FaultPoint("create.created");
  rollback.Commit();
  return id;
}

ContainerRecord Containers::NewRecord(const runtime::v1::CreateContainerRequest& request,
                                      const SandboxRecord& sandbox) {
  ContainerRecord container;
  container.set_version(RecordStore::kVersion);
  container.set_id(NewId());
  container.set_sandbox_id(sandbox.id());
  container.set_created_at(Now());
  *container.mutable_config() = request.config();
  container.set_log_path(LogPath(request, sandbox));
  container.set_image_ref(RequireImage(rooms_.images, request.config().image().image()).digest);
  const DiskOptions disks = ReadPodOptions(AnnotationsOf(sandbox.config())).disks;
  container.set_root_disk(RootDiskOf(container, sandbox, disks, rooms_.layout).string());
  return container;
}

void Containers::MakeMachine(const ContainerRecord& container, const SandboxRecord& sandbox) {
  // Looked up again now that the record keeps the image from being removed.
  StoredImage image = RequireImage(rooms_.images, container.image_ref());
  MachineSpec spec = MakeMachineSpec(container, sandbox, rooms_);
  MakeDirectory(rooms_.layout.Container(container.id()), 0711);
  FaultPoint("create.folder-made");
  const DiskOptions disks = ReadPodOptions(AnnotationsOf(sandbox.config())).disks;
  // Also where no disk is kept: by this folder RemoveKeptTpms finds the TPM.
  if (spec.platform.tpm && disks.keep_root) {
    MakeDirectory(KeptFolder(container, sandbox, rooms_.layout), 0711);
  }
  std::vector<DiskSpec> made = MakeDisks(container, sandbox, disks, image, rooms_);
  spec.disks.insert(spec.disks.begin(), made.begin(), made.end());  // before the seed
  AddHostDevices(container, rooms_, &spec);
  CreateConsoleFile(rooms_.layout.Console(container.id()), rooms_.qemu);
  FaultPoint("create.console-made");
  TellGuest(container, sandbox);
  FaultPoint("create.guest-told");
  const std::filesystem::path& nvram = spec.platform.nvram;
  if (!nvram.empty()) MakeDirectory(nvram.parent_path(), 0711);
  UndefinePredecessors(container, sandbox, rooms_);
  FaultPoint("create.predecessors-undefined");
  rooms_.hypervisor.Define(spec);
  FaultPoint("create.defined");
}

void Containers::TellGuest(const ContainerRecord& container, const SandboxRecord& sandbox) {
  const PodOptions options = ReadPodOptions(AnnotationsOf(sandbox.config()));
  const std::string& id = container.id();
  WriteIgnition(rooms_.layout.Ignition(id), container, options.guest, rooms_.qemu);
  // What is wrong with the files shows now, not when the guest's agent answers.
  if (options.guest.agent_files) GuestFilesOf(container, sandbox, options.guest);
  if (options.guest.seed == SeedFormat::kNone) return;
  auto volumes = VolumesOf(container, options.shares, rooms_.layout);
  SeedSpec seed = MakeSeedSpec(container, sandbox, options.guest, volumes);
  seed.links = DeviceLinks(container.config(), options.disks);
  if (options.exec.UsesNodeKey()) {
    (options.exec.ssh_user == "root" ? seed.root_ssh_keys : seed.extra_ssh_keys) = {rooms_.ssh_key};
  }
  WriteSeed(rooms_.layout.Seed(id), seed, rooms_.qemu);
}

void Containers::FollowConsole(const ContainerRecord& container) {
  rooms_.consoles.Follow({.container_id = container.id(),
                          .source = rooms_.layout.Console(container.id()),
                          .log = container.log_path(),
                          .checkpoint = rooms_.layout.Checkpoint(container.id()),
                          .socket = rooms_.layout.ConsoleSocket(container.id())});
}

void Containers::Start(const std::string& id_or_prefix) {
  ContainerRecord container = rooms_.registry.GetContainer(id_or_prefix, "start container");
  PodLocks::Guard guard = rooms_.locks.Lock(container.sandbox_id());
  const std::string id = container.id();
  container = rooms_.registry.GetContainer(id, "start container");
  if (container.state() != ContainerRecord::CREATED) {
    throw Error(StatusCode::FAILED_PRECONDITION, "start container", id,
                "it has been started already");
  }
  SandboxRecord sandbox = rooms_.registry.GetSandbox(container.sandbox_id(), "start container in");
  RequireReady(sandbox, "start container in");
  RequireAlone(rooms_.registry, container, "start container");
  FollowConsole(container);
  // RUNNING comes first: an end that follows at once finds a container that can exit.
  rooms_.registry.UpdateContainer(id, [](ContainerRecord& record) {
    record.set_state(ContainerRecord::RUNNING);
    record.set_started_at(Now());
    return true;
  });
  FaultPoint("start.recorded");
  try {
    StartMachine(container, sandbox);
    rooms_.agent_files.Deliver(container, sandbox);
  } catch (const std::exception& e) {
    GiveUpStart(container, e.what());
    throw;
  }
}

}  // namespace crimux::vm
