#pragma once

#include <set>
#include <string>
#include <vector>

#include "config/config.h"
#include "vmruntime/network/binding/private_network.h"
#include "vmruntime/network/cni/cni_cache.h"
#include "vmruntime/network/cni/cni_network.h"
#include "vmruntime/network/cni/cni_plugin.h"
#include "vmruntime/network/cni/cni_result.h"
#include "vmruntime/network/device/device_cards.h"
#include "vmruntime/network/device/sriov_cards.h"
#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// PodNetworks by the CNI configuration and plugins of this node, links of the kernel, and a dnsmasq
// for each pod. Holds no state of its own: all is in the namespaces, the CNI cache and the pods'
// work folders.
class CniPodNetworks : public PodNetworks {
 public:
  // Tests have other `folders` and their own `vdpa`.
  explicit CniPodNetworks(const VmConfig& config, MultusFolders folders = {},
                          VdpaReader vdpa = ReadVdpaDevice);

  PodNetwork SetUp(const NetworkRequest& request) override;
  void TearDown(const NetworkRequest& request) override;
  void Serve(const NetworkRequest& request, const PodNetwork& network) override;
  void CollectGarbage(const std::set<std::string>& sandboxes) override;
  NetworkReadiness Readiness() const override;

 private:
  // What a pod asked for, and what its plugins have made of it.
  struct Plugged {
    const NetworkRequest& request;
    const CniResult& result;
    PrivateNetworks& privates;
  };

  // Card number `index`, which stands for the pod's interface of this name; notes it for SriovCards
  // if it is a function. In the pod's namespace.
  GuestInterface MakeCard(const std::string& link, int index, const Plugged& plugged,
                          std::vector<SriovRequest>* functions);
  // Links for all interfaces but those that are devices of the node, and these. `before`: the
  // namespace's links before ADD.
  PodNetwork BuildLinks(const NetworkRequest& request, const boost::json::object& cni_result,
                        const std::vector<std::string>& before);

  std::filesystem::path conf_dir_;
  bool gc_;
  std::string qemu_user_;
  CniPlugins plugins_;
  CniCache cache_;
  CniNetwork network_;
  PciFunctions functions_;
  NetlinkVfAdmin vf_admin_;
  SriovCards sriov_;
  MultusFolders folders_;
  VdpaReader vdpa_;
};

}  // namespace crimux::vm
