#include "vmruntime/cri/vm_runtime.h"

#include "base/error.h"
#include "base/io/io_thread.h"
#include "base/lock_file.h"
#include "vmruntime/console/file_console_logs.h"
#include "vmruntime/console/shared_consoles.h"
#include "vmruntime/cri/dispatcher.h"
#include "vmruntime/cri/rpcs.h"
#include "vmruntime/image/disk_image_store.h"
#include "vmruntime/machine/libvirt_hypervisor.h"
#include "vmruntime/network/cni_pod_networks.h"
#include "vmruntime/pod/machine_ends.h"
#include "vmruntime/pod/network_watch.h"
#include "vmruntime/pod/recovery.h"
#include "vmruntime/sessions/pod_sessions.h"
#include "vmruntime/share/host_shares.h"

namespace crimux::vm {
namespace {

// Where every distribution mounts them.
constexpr char kCgroups[] = "/sys/fs/cgroup";

// Declared behind all that is used on an io thread: nothing runs there any more when those go.
struct StopAtEnd {
  IoThread& io;
  ~StopAtEnd() { io.Stop(); }
};

}  // namespace

// In the order in which they depend on each other.
struct VmRuntime::Parts {
  explicit Parts(const VmConfig& vm_config);

  const VmConfig config;
  Layout layout;
  LockFile lock;
  RecordStore store;
  Registry registry;
  PodLocks locks;
  CniPodNetworks networks;
  DiskImageStore images;
  FileConsoleLogs logs;
  LibvirtHypervisor hypervisor;
  CgroupFiles cgroup_files;
  Cgroups cgroups;
  PodStatistics statistics;
  NodeKey key;
  IoThread io;
  SharedConsoles consoles;
  GuestCommands commands;
  PodSessions sessions;
  streaming::Server streams;
  StopAtEnd stop_io;
  Owner qemu;
  HostShares shares;
  AgentFiles agent_files;
  Rooms rooms;
  Containers containers;
  Sandboxes sandboxes;
  Displays displays;
  ResourceUpdates updates;
  MachineEnds ends;
  NetworkWatch network_watch;
  Dispatcher dispatcher;
};

VmRuntime::Parts::Parts(const VmConfig& vm_config)
    : config(vm_config),
      layout(config.state_dir),
      lock(layout.Lock(), "the VM runtime's state directory"),
      store(layout.Database()),
      registry(store),
      networks(config),
      images(config),
      hypervisor(config),
      cgroups(kCgroups, cgroup_files),
      statistics(hypervisor, cgroups),
      key(layout.SshKey()),
      consoles(logs, io.context(), config.streaming.scrollback),
      commands(registry, layout, hypervisor, key, config.boot_time),
      sessions(registry, consoles, commands),
      streams(io.context(), config.streaming, sessions),
      stop_io{io},
      qemu(FindOwner(config.qemu_user, config.qemu_group)),
      shares(config.virtiofsd, qemu.uid, qemu.gid),
      agent_files(registry, hypervisor),
      rooms{config,     layout,   qemu,   registry,    locks,   networks,         images,
            hypervisor, consoles, shares, agent_files, cgroups, key.public_line()},
      containers(rooms),
      sandboxes(rooms, containers),
      displays(registry, hypervisor),
      updates(rooms),
      ends(containers),
      network_watch(rooms) {
  hypervisor.OnEnd([this](const std::string& name, MachineEnd end) { ends.Push(name, end); });
  Recovery(rooms, sandboxes, containers).Run();
  ends.Run();
  network_watch.Run();
  AddRuntimeRpcs(dispatcher, rooms);
  AddSandboxRpcs(dispatcher, rooms, sandboxes);
  AddContainerRpcs(dispatcher, rooms, containers);
  AddStatsRpcs(dispatcher, rooms, statistics);
  AddMetricRpcs(dispatcher, rooms, statistics);
  AddResourceRpcs(dispatcher, updates);
  AddImageRpcs(dispatcher, rooms);
  AddExecRpcs(dispatcher, rooms, streams, io.context(), commands);
  AddStreamRpcs(dispatcher, rooms, streams);
}

VmRuntime::VmRuntime(const VmConfig& config) : parts_(std::make_unique<Parts>(config)) {}

VmRuntime::~VmRuntime() { parts_->hypervisor.OnEnd(nullptr); }

const ImageStore& VmRuntime::images() const { return parts_->images; }

const Displays& VmRuntime::displays() const { return parts_->displays; }

grpc::Status VmRuntime::Call(std::string_view method_path, const CallContext& context,
                             const grpc::ByteBuffer& request, grpc::ByteBuffer* response) {
  return parts_->dispatcher.Call(method_path, context, request, response);
}

grpc::Status VmRuntime::Stream(std::string_view method_path, const CallContext& context,
                               const StreamWriter& write) {
  std::string_view rpc = method_path.substr(method_path.rfind('/') + 1);
  if (rpc != "GetContainerEvents") {
    return {grpc::StatusCode::UNIMPLEMENTED,
            std::string(rpc) + ": the VM runtime does not implement it"};
  }
  try {
    StreamEvents(parts_->registry.events(), parts_->images, context, write);
    return grpc::Status::OK;
  } catch (...) {
    return CurrentExceptionStatus();
  }
}

}  // namespace crimux::vm
