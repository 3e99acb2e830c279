#pragma once

#include <string>

#include "tests/vmruntime/network/network_world.h"
#include "vmruntime/network/cni_pod_networks.h"

namespace crimux::vm {

// A pod with a network, and a namespace that plays its guest.
struct GuestPod : NetworkWorld {
  CniPodNetworks networks{config()};
  NetworkRequest pod = NewPod("p1");
  NetworkRequest guest = NewPod("guest");
  PodNetwork network;
  // Of the node, which goes after the pod; empty: none.
  std::string node_link;

  GuestPod() { pod.dns = {.servers = {"10.96.0.10", "fd00::a"}, .searches = {"default.svc"}}; }
  ~GuestPod() {
    networks.TearDown(pod);
    RemovePod(pod);
    RemovePod(guest);
    if (!node_link.empty()) Sh("ip link del " + node_link);
  }
  void SetUp() {
    network = networks.SetUp(pod);
    networks.Serve(pod, network);
  }
  const GuestInterface& card() const { return network.interfaces.at(0); }
  const std::string& ip() const { return network.ips.at(0); }
  std::string InPod(const std::string& command) const { return Sh(command, pod.netns); }
  std::string InGuest(const std::string& command) const { return Sh(command, guest.netns); }
};

}  // namespace crimux::vm
