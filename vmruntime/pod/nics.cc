#include "vmruntime/pod/nics.h"

namespace crimux::vm {
namespace {

NicRequest Request(const NicOption& option) {
  return {.interface = option.interface,
          .queues = option.queues,
          .mtu = option.mtu,
          .binding = option.binding,
          .macvtap_mode = option.macvtap_mode};
}

}  // namespace

void RequestNics(const NicOptions& options, NetworkRequest* request) {
  request->nic = Request(options.all);
  request->ingress_rate = options.ingress_rate;
  request->egress_rate = options.egress_rate;
  for (const NicOption& option : options.named) request->nics.push_back(Request(option));
}

std::vector<NicSpec> NicSpecs(const PodNetwork& network, const NicOptions& options) {
  std::vector<NicSpec> specs;
  for (const GuestInterface& interface : network.interfaces) {
    const NicOption& option = options.Of(interface.name);
    specs.push_back({.tap = interface.tap,
                     .pci = interface.pci,
                     .vdpa = interface.vdpa,
                     .vhost_socket = interface.vhost_socket,
                     .vhost_server = interface.vhost_server,
                     .mac = interface.mac,
                     .mtu = interface.mtu,
                     .model = option.model,
                     .queues = interface.queues,
                     .boot = option.boot});
  }
  return specs;
}

std::vector<std::string> VhostSockets(const PodNetwork& network) {
  std::vector<std::string> sockets;
  for (const GuestInterface& interface : network.interfaces) {
    if (!interface.vhost_socket.empty()) sockets.push_back(interface.vhost_socket);
  }
  return sockets;
}

}  // namespace crimux::vm
