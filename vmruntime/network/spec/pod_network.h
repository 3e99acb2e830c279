#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "vmruntime/network/spec/nic_binding.h"

namespace crimux::vm {

// Which pod a network is for: what CNI plugins get as CNI_CONTAINERID and K8S_POD_* arguments, and
// what DHCP tells the guest.
struct PodIdentity {
  std::string sandbox_id;
  std::string name;
  std::string pod_namespace;
  std::string uid;
  std::string hostname;
};

struct HostPort {
  std::string protocol;  // "tcp", "udp", "sctp"
  int container_port = 0;
  int host_port = 0;
  std::string host_ip;
};

struct DnsSettings {
  std::vector<std::string> servers;
  std::vector<std::string> searches;
  std::vector<std::string> options;
};

// What a pod asks of its VM's cards.
struct NicRequest {
  std::string interface;  // the pod's, "eth0"
  unsigned queues = 1;
  uint32_t mtu = 0;  // 0: the interface's
  // Absent: as all cards, whose own default is kBridge. A device of the node has none.
  std::optional<NicBinding> binding = std::nullopt;
  MacvtapMode macvtap_mode = MacvtapMode::kBridge;  // of kMacvtap
};

// One request to connect a pod.
struct NetworkRequest {
  PodIdentity pod;
  std::filesystem::path netns;
  // Owned by the caller; configuration, leases and pid of the pod's DHCP server lie in it.
  std::filesystem::path work_dir;
  std::vector<HostPort> host_ports;
  DnsSettings dns;
  // Bits per second, as the pod sees it; 0: no limit. For SetUp only, as is what follows.
  uint64_t ingress_rate = 0;
  uint64_t egress_rate = 0;
  // Of all interfaces, and of those that are to differ.
  NicRequest nic;
  std::vector<NicRequest> nics;
};

struct GuestAddress {
  std::string address;  // with prefix length: "10.88.0.5/16", "fd00::5/64"
  std::string gateway;  // empty: none
};

struct GuestRoute {
  std::string destination;  // CIDR
  std::string gateway;      // empty: the interface's own
};

inline constexpr uint32_t kDefaultMtu = 1500;

// One network card of the VM: it is plugged into the tap that waits in the pod's namespace, or is a
// device of the node.
struct GuestInterface {
  std::string name;  // of the pod's interface that it stands for
  // The tap (or macvtap); else the SR-IOV function that the VM gets ("0000:3b:02.1"), the vDPA
  // device ("/dev/vhost-vdpa-0"), or the vhost-user socket, which QEMU makes if it is the server.
  std::string tap;
  std::string pci;
  std::string vdpa;
  std::string vhost_socket;
  bool vhost_server = false;
  NicBinding binding = NicBinding::kBridge;
  MacvtapMode macvtap_mode = MacvtapMode::kBridge;  // of kMacvtap
  std::string mac;
  uint32_t mtu = kDefaultMtu;
  unsigned queues = 1;
  // Of the IPv6 default gateway; empty: there is none, or it didn't answer.
  std::string router_mac;
  std::vector<GuestAddress> addresses;
  std::vector<GuestRoute> routes;
  // What the pod's interface keeps, as CIDR, when those are private (kMasquerade).
  std::vector<std::string> pod_addresses;

  // Not a tap: it has no links, no binding and no DHCP.
  bool IsDevice() const { return !pci.empty() || !vdpa.empty() || !vhost_socket.empty(); }
};

// What a pod's network came to. `ips` are the pod's addresses without prefix length, primary first.
struct PodNetwork {
  std::vector<std::string> ips;
  std::vector<GuestInterface> interfaces;
};

struct NetworkReadiness {
  bool ready = false;
  // CamelCase word and sentence for the NetworkReady condition; empty when ready.
  std::string reason;
  std::string message;
};

// Connects pods: CNI ADD of the default network into the pod's namespace, then hands each interface
// that the plugins made there on to the VM as its binding says, and serves the guest's addresses by
// DHCP inside the namespace. All calls block and may be made from any thread at once, for different
// pods.
class PodNetworks {
 public:
  virtual ~PodNetworks() = default;

  // All there on return but DHCP; on an exception nothing is left (CNI DEL was called). Throws
  // Error: UNAVAILABLE without a usable CNI configuration, INTERNAL when a plugin failed,
  // DEADLINE_EXCEEDED when one hung, INVALID_ARGUMENT for a card that the pod can't have.
  virtual PodNetwork SetUp(const NetworkRequest& request) = 0;

  // Undoes SetUp, whole or half-done, also after a restart, also when the namespace has gone: stops
  // the DHCP server, removes tap and bridge, calls CNI DEL with the cached configuration and
  // result. May be repeated. Throws Error when a plugin refuses; to be called again then.
  virtual void TearDown(const NetworkRequest& request) = 0;

  // Starts the DHCP server, unless it runs; it answers on return. `network` is what SetUp returned.
  // A guest needs it, a pod without one doesn't. Throws Error (INTERNAL).
  virtual void Serve(const NetworkRequest& request, const PodNetwork& network) = 0;

  // Calls CNI DEL for what is kept of pods that are not among these `sandboxes` (ids); and where
  // the networks are said to be crimux's alone, has their plugins drop what they hold for others.
  // Not beside other calls. Failures are logged.
  virtual void CollectGarbage(const std::set<std::string>& sandboxes) = 0;

  // Whether a pod could be connected now; reads the CNI configuration directory.
  virtual NetworkReadiness Readiness() const = 0;
};

}  // namespace crimux::vm
