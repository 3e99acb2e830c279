#include "vmruntime/network/cni_pod_networks.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "base/rollback.h"
#include "vmruntime/network/binding/card_links.h"
#include "vmruntime/network/binding/guest_links.h"
#include "vmruntime/network/cni/cni_arguments.h"
#include "vmruntime/network/cni/pod_links.h"
#include "vmruntime/network/device/function_cards.h"
#include "vmruntime/network/dhcp/dhcp_config.h"
#include "vmruntime/network/dhcp/dhcp_server.h"
#include "vmruntime/network/link/netlink.h"
#include "vmruntime/network/link/netns.h"
#include "vmruntime/network/link/tap.h"
#include "vmruntime/network/programs.h"

namespace crimux::vm {
namespace {

constexpr const char* kMainInterface = "eth0";

void WarnOfUnused(const PodIdentity& pod, const boost::json::object& capabilities,
                  const CniNetworkConfig& network) {
  for (const auto& [capability, what] :
       {std::pair{"portMappings", "host ports are"}, {"bandwidth", "limits of bandwidth are"}}) {
    if (!capabilities.contains(capability) || network.HasCapability(capability)) continue;
    spdlog::warn("pod {}: its {} ignored, no plugin of the CNI network {} has the capability {}",
                 pod.sandbox_id, what, network.name, capability);
  }
}

template <typename Work>
void LogErrors(Work work) {
  try {
    work();
  } catch (const std::exception& error) {
    spdlog::error("{}", error.what());
  }
}

void RemoveLinks(const std::filesystem::path& netns) {
  if (NetnsExists(netns)) RunInNetns(netns, RemoveGuestLinks);
}

}  // namespace

CniPodNetworks::CniPodNetworks(const VmConfig& config, MultusFolders folders, VdpaReader vdpa)
    : conf_dir_(config.cni_conf_dir),
      gc_(config.cni_gc),
      qemu_user_(config.qemu_user),
      plugins_(config.cni_bin_dirs, config.cni_timeout),
      cache_(config.cni_cache_dir),
      network_(config.cni_conf_dir, plugins_, cache_),
      sriov_(functions_, vf_admin_),
      folders_(std::move(folders)),
      vdpa_(std::move(vdpa)) {}

GuestInterface CniPodNetworks::MakeCard(const std::string& link, int index, const Plugged& plugged,
                                        std::vector<SriovRequest>* functions) {
  if (auto device = MakeDeviceCard(plugged.result, link, plugged.request, vdpa_)) return *device;
  if (auto function = FindFunctionCard(plugged.result, link, functions_)) {
    RefuseBindingOfDevice(plugged.request, link, "an SR-IOV function");
    functions->push_back({.address = function->card.pci,
                          .interface = link,
                          .is_link = function->is_link,
                          .mac = function->card.mac});
    return function->card;
  }
  return BuildCard(link, index, UserId(qemu_user_), BindingFor(plugged.request, link),
                   NicRequestFor(plugged.request, link), plugged.privates);
}

PodNetwork CniPodNetworks::BuildLinks(const NetworkRequest& request,
                                      const boost::json::object& cni_result,
                                      const std::vector<std::string>& before) {
  CniResult result = ParseCniResult(cni_result, kMainInterface);
  TellOfDevices(ReadDevices(request, kMainInterface, folders_), &result);
  PodNetwork network;
  std::vector<SriovRequest> functions;
  RunInNetns(request.netns, [&] {
    std::vector<std::string> links = PodLinks(result, before);
    CheckNicRequests(request, links);
    Netlink netlink;
    PrivateNetworks privates(netlink, request.dns);
    for (size_t i = 0; i < links.size(); ++i) {
      network.interfaces.push_back(
          MakeCard(links[i], static_cast<int>(i), {request, result, privates}, &functions));
    }
    network.ips = PodIps(result, network.interfaces);
    StartCards(network.interfaces);
  });
  // By the node's namespace, where their physical functions are.
  for (const SriovRequest& function : functions) {
    auto card = std::ranges::find(network.interfaces, function.interface, &GuestInterface::name);
    card->mac = sriov_.Attach(function, request.work_dir);
  }
  return network;
}

PodNetwork CniPodNetworks::SetUp(const NetworkRequest& request) {
  CniAttachment attachment = CniAttachmentFor(request);
  boost::json::object capabilities = CniCapabilitiesFor(request);
  WarnOfUnused(request.pod, capabilities, LoadDefaultNetwork(conf_dir_));
  std::vector<std::string> before;
  RunInNetns(request.netns, [&] { before = LinkNames(); });
  Rollback rollback;
  // A plugin would take one that is there for the device plugin's word.
  std::filesystem::remove(DeviceInfoFile(request.work_dir));
  rollback.Add("remove device info", [&] { RemoveDeviceInfo(request.work_dir); });
  boost::json::object result = network_.Add(attachment, capabilities);
  rollback.Add("CNI DEL", [&] { network_.Delete(attachment); });
  rollback.Add("give back functions", [&] { sriov_.GiveBack(request.netns, request.work_dir); });
  rollback.Add("remove links", [&] { RemoveLinks(request.netns); });
  PodNetwork network = BuildLinks(request, result, before);
  rollback.Commit();
  return network;
}

void CniPodNetworks::TearDown(const NetworkRequest& request) {
  CniAttachment attachment;
  try {
    attachment = CniAttachmentFor(request);
  } catch (const Error&) {
    return;  // SetUp refused such a pod before it did anything
  }
  DhcpServer(request.netns, request.work_dir).Stop();
  RemoveLinks(request.netns);
  sriov_.GiveBack(request.netns, request.work_dir);
  RemoveServerSockets(request, kMainInterface, folders_);
  network_.Delete(attachment);
  RemoveDeviceInfo(request.work_dir);
}

void CniPodNetworks::Serve(const NetworkRequest& request, const PodNetwork& network) {
  DhcpServer dhcp(request.netns, request.work_dir);
  if (dhcp.Running()) return;
  dhcp.Stop();
  dhcp.Start(DhcpConfig(request, network));
}

void CniPodNetworks::CollectGarbage(const std::set<std::string>& sandboxes) {
  for (const std::string& id : cache_.Ids()) {
    if (sandboxes.contains(id)) continue;
    LogErrors([&] {
      if (!cache_.Load(id)) return;
      spdlog::warn("CNI DEL for {}: no record knows this pod", id);
      network_.Delete({.container_id = id});
    });
  }
  if (gc_) LogErrors([&] { network_.CollectGarbage(); });
}

NetworkReadiness CniPodNetworks::Readiness() const {
  try {
    for (const boost::json::object& plugin : LoadDefaultNetwork(conf_dir_).plugins) {
      plugins_.Find(JsonString(plugin, "type"));
    }
  } catch (const Error& error) {
    return {.ready = false, .reason = "CniNotReady", .message = error.what()};
  }
  for (const char* program : {"dnsmasq", "nft"}) {
    if (ProgramInPath(program)) continue;
    return {.ready = false,
            .reason = "ProgramMissing",
            .message = fmt::format("the program {} is not installed (not in PATH)", program)};
  }
  return {.ready = true};
}

}  // namespace crimux::vm
