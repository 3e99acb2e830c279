#include "vmruntime/pod/sandboxes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/fault_point.h"
#include "base/id.h"
#include "base/rollback.h"
#include "vmruntime/annotations/libvirt_xml.h"
#include "vmruntime/annotations/pod_options.h"
#include "vmruntime/network/link/netns.h"
#include "vmruntime/network/resolv_conf.h"
#include "vmruntime/pod/container_disks.h"
#include "vmruntime/pod/machine_spec.h"
#include "vmruntime/pod/network_record.h"
#include "vmruntime/pod/nics.h"
#include "vmruntime/pod/pod_cgroups.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;
using state::ContainerRecord;
using state::SandboxRecord;

constexpr std::string_view kRun = "run pod sandbox";

void CheckConfig(const runtime::v1::PodSandboxConfig& config) {
  const auto& metadata = config.metadata();
  if (metadata.name().empty() || metadata.namespace_().empty() || metadata.uid().empty()) {
    throw Error(StatusCode::INVALID_ARGUMENT, kRun, metadata.name(),
                "config.metadata needs name, namespace and uid");
  }
  const auto& namespaces = config.linux().security_context().namespace_options();
  if (namespaces.network() == runtime::v1::NODE) {
    throw Error(StatusCode::INVALID_ARGUMENT, kRun, metadata.name(),
                "a VM pod cannot use the host's network (hostNetwork: true)");
  }
}

// For clients that say nothing of DNS; the kubelet always does.
void UseHostDns(runtime::v1::PodSandboxConfig* config) {
  DnsSettings host = ReadResolvConf("/etc/resolv.conf");
  runtime::v1::DNSConfig* dns = config->mutable_dns_config();
  dns->mutable_servers()->Assign(host.servers.begin(), host.servers.end());
  dns->mutable_searches()->Assign(host.searches.begin(), host.searches.end());
  dns->mutable_options()->Assign(host.options.begin(), host.options.end());
}

void CheckAnnotations(const runtime::v1::PodSandboxConfig& pod, const VmConfig& config) {
  const AnnotationMap annotations = AnnotationsOf(pod);
  ReadPodOptions(annotations);
  ReadLibvirtXml(AnnotationReader(annotations), config.libvirt_xml_elements);
}

void CheckHandler(const std::string& handler, const VmConfig& config) {
  bool known = handler.empty() || std::ranges::count(config.handlers, handler) > 0;
  if (known) return;
  throw Error(StatusCode::INVALID_ARGUMENT, "run pod sandbox with RuntimeClass handler", handler,
              fmt::format("the VM runtime has {}", fmt::join(config.handlers, ", ")));
}

}  // namespace

std::string Sandboxes::Run(const runtime::v1::RunPodSandboxRequest& request) {
  CheckConfig(request.config());
  CheckHandler(request.runtime_handler(), rooms_.config);
  CheckAnnotations(request.config(), rooms_.config);
  SandboxRecord sandbox = NewRecord(request);
  const std::string id = sandbox.id();
  PodLocks::Guard guard = rooms_.locks.Lock(id);
  // The record comes first: a crash from here on is undone by Recovery.
  rooms_.registry.Add(sandbox);
  FaultPoint("run-pod.recorded");
  Rollback rollback;
  rollback.Add("record", [this, sandbox] { Forget(sandbox); });
  rollback.Add("cgroup", [this, sandbox] { RemovePodCgroup(sandbox, rooms_); });
  MakePodCgroup(sandbox, rooms_.cgroups);
  FaultPoint("run-pod.cgroup-made");
  state::Network network = MakeNetwork(sandbox);
  rollback.Add("network", [this, sandbox] { Dismantle(sandbox); });
  rooms_.registry.UpdateSandbox(id, [&](SandboxRecord& record) {
    record.set_state(SandboxRecord::READY);
    *record.mutable_network() = std::move(network);
    return true;
  });
  FaultPoint("run-pod.ready");
  rollback.Commit();
  return id;
}

SandboxRecord Sandboxes::NewRecord(const runtime::v1::RunPodSandboxRequest& request) const {
  SandboxRecord sandbox;
  sandbox.set_version(RecordStore::kVersion);
  sandbox.set_id(NewId());
  sandbox.set_created_at(Now());
  sandbox.set_runtime_handler(request.runtime_handler());
  *sandbox.mutable_config() = request.config();
  if (!request.config().has_dns_config()) UseHostDns(sandbox.mutable_config());
  sandbox.set_netns((rooms_.config.netns_dir / ("crimux-" + sandbox.id())).string());
  for (const std::filesystem::path& cgroup : rooms_.cgroups.Missing(CgroupOf(sandbox))) {
    sandbox.add_made_cgroups(cgroup.string());
  }
  return sandbox;
}

state::Network Sandboxes::MakeNetwork(const SandboxRecord& sandbox) {
  // Before the rollback that refers to them.
  const std::filesystem::path work_dir = rooms_.layout.Sandbox(sandbox.id());
  const std::filesystem::path netns(sandbox.netns());
  Rollback rollback;
  rollback.Add("directory", [&] { RemoveTree(work_dir); });
  MakeDirectory(work_dir, 0711);
  FaultPoint("run-pod.folder-made");
  CreateNetns(netns.parent_path(), netns.filename());
  rollback.Add("namespace", [&] { RemoveNetns(netns); });
  NetworkRequest request = MakeNetworkRequest(sandbox, work_dir);
  RequestNics(ReadPodOptions(AnnotationsOf(sandbox.config())).nics, &request);
  state::Network network = ToRecord(rooms_.networks.SetUp(request));
  rollback.Commit();
  return network;
}

void Sandboxes::Dismantle(const SandboxRecord& sandbox) {
  std::filesystem::path work_dir = rooms_.layout.Sandbox(sandbox.id());
  rooms_.networks.TearDown(MakeNetworkRequest(sandbox, work_dir));
  RemoveNetns(sandbox.netns());
  FaultPoint("stop-pod.namespace-removed");
  RemoveTree(work_dir);
  FaultPoint("stop-pod.folder-removed");
  RemovePodCgroup(sandbox, rooms_);
  FaultPoint("stop-pod.cgroup-removed");
}

void Sandboxes::StopLocked(const SandboxRecord& sandbox) {
  if (sandbox.dismantled()) return;
  for (const ContainerRecord& container : rooms_.registry.ContainersOf(sandbox.id())) {
    containers_.Stop(container.id(), std::chrono::seconds(0), CallContext());
  }
  rooms_.registry.UpdateSandbox(sandbox.id(), [](SandboxRecord& record) {
    record.set_state(SandboxRecord::NOT_READY);
    return true;
  });
  FaultPoint("stop-pod.not-ready");
  Dismantle(sandbox);
  rooms_.registry.UpdateSandbox(sandbox.id(), [](SandboxRecord& record) {
    record.set_dismantled(true);
    return true;
  });
  FaultPoint("stop-pod.dismantled");
}

void Sandboxes::Stop(const std::string& id) {
  auto found = rooms_.registry.FindSandbox(id);
  if (!found) return;
  PodLocks::Guard guard = rooms_.locks.Lock(found->id());
  if (auto sandbox = rooms_.registry.FindSandbox(found->id())) StopLocked(*sandbox);
}

void Sandboxes::Remove(const std::string& id) {
  auto found = rooms_.registry.FindSandbox(id);
  if (!found) return;
  PodLocks::Guard guard = rooms_.locks.Lock(found->id());
  auto sandbox = rooms_.registry.FindSandbox(found->id());
  if (!sandbox) return;
  StopLocked(*sandbox);
  for (const ContainerRecord& container : rooms_.registry.ContainersOf(sandbox->id())) {
    containers_.RemoveLocked(container);
  }
  Forget(*sandbox);
}

void Sandboxes::Forget(const SandboxRecord& sandbox) {
  RemovePodDisks(sandbox, rooms_);
  FaultPoint("remove-pod.disks-removed");
  rooms_.registry.EraseSandbox(sandbox.id());
  FaultPoint("remove-pod.erased");
}

}  // namespace crimux::vm
