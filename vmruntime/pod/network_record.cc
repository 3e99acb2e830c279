#include "vmruntime/pod/network_record.h"

#include <algorithm>
#include <array>

namespace crimux::vm {
namespace {

namespace cri = runtime::v1;

std::string ProtocolName(cri::Protocol protocol) {
  if (protocol == cri::UDP) return "udp";
  return protocol == cri::SCTP ? "sctp" : "tcp";
}

template <typename Repeated>
std::vector<std::string> Strings(const Repeated& strings) {
  return {strings.begin(), strings.end()};
}

// In the order of MacvtapMode.
constexpr std::array kModes = {
    state::Network::Interface::MACVTAP_BRIDGE, state::Network::Interface::MACVTAP_PRIVATE,
    state::Network::Interface::MACVTAP_VEPA, state::Network::Interface::MACVTAP_PASSTHRU};

state::Network::Interface::Binding BindingRecord(NicBinding binding) {
  switch (binding) {
    case NicBinding::kBridge:
      return state::Network::Interface::BRIDGE;
    case NicBinding::kMasquerade:
      return state::Network::Interface::MASQUERADE;
    case NicBinding::kMacvtap:
      return state::Network::Interface::MACVTAP;
  }
  return state::Network::Interface::BRIDGE;
}

NicBinding ReadBinding(state::Network::Interface::Binding binding) {
  switch (binding) {
    case state::Network::Interface::MASQUERADE:
      return NicBinding::kMasquerade;
    case state::Network::Interface::MACVTAP:
      return NicBinding::kMacvtap;
    default:
      return NicBinding::kBridge;
  }
}

void AddInterface(const GuestInterface& interface, state::Network& record) {
  state::Network::Interface& to = *record.add_interfaces();
  to.set_tap(interface.tap);
  to.set_mac(interface.mac);
  to.set_mtu(interface.mtu);
  to.set_name(interface.name);
  to.set_queues(interface.queues);
  to.set_router_mac(interface.router_mac);
  to.set_pci(interface.pci);
  to.set_vdpa(interface.vdpa);
  to.set_vhost_socket(interface.vhost_socket);
  to.set_vhost_server(interface.vhost_server);
  to.set_binding(BindingRecord(interface.binding));
  to.set_macvtap_mode(kModes.at(static_cast<size_t>(interface.macvtap_mode)));
  for (const std::string& address : interface.pod_addresses) to.add_pod_addresses(address);
  for (const GuestAddress& address : interface.addresses) {
    state::Network::Address& a = *to.add_addresses();
    a.set_address(address.address);
    a.set_gateway(address.gateway);
  }
  for (const GuestRoute& route : interface.routes) {
    state::Network::Route& r = *to.add_routes();
    r.set_destination(route.destination);
    r.set_gateway(route.gateway);
  }
}

GuestInterface ReadInterface(const state::Network::Interface& record) {
  GuestInterface interface;
  interface.name = record.name();
  interface.tap = record.tap();
  interface.mac = record.mac();
  interface.mtu = record.mtu();
  interface.queues = std::max(1U, record.queues());
  interface.router_mac = record.router_mac();
  interface.pci = record.pci();
  interface.vdpa = record.vdpa();
  interface.vhost_socket = record.vhost_socket();
  interface.vhost_server = record.vhost_server();
  interface.binding = ReadBinding(record.binding());
  auto mode = std::ranges::find(kModes, record.macvtap_mode());
  if (mode != kModes.end()) interface.macvtap_mode = MacvtapMode(mode - kModes.begin());
  interface.pod_addresses = Strings(record.pod_addresses());
  for (const auto& a : record.addresses())
    interface.addresses.push_back({a.address(), a.gateway()});
  for (const auto& r : record.routes()) interface.routes.push_back({r.destination(), r.gateway()});
  return interface;
}

}  // namespace

state::Network ToRecord(const PodNetwork& network) {
  state::Network record;
  for (const std::string& ip : network.ips) record.add_ips(ip);
  for (const GuestInterface& interface : network.interfaces) AddInterface(interface, record);
  return record;
}

PodNetwork FromRecord(const state::Network& record) {
  PodNetwork network{.ips = Strings(record.ips())};
  for (const auto& interface : record.interfaces()) {
    network.interfaces.push_back(ReadInterface(interface));
  }
  return network;
}

NetworkRequest MakeNetworkRequest(const state::SandboxRecord& sandbox,
                                  const std::filesystem::path& work_dir) {
  const cri::PodSandboxConfig& config = sandbox.config();
  NetworkRequest request;
  request.pod = {.sandbox_id = sandbox.id(),
                 .name = config.metadata().name(),
                 .pod_namespace = config.metadata().namespace_(),
                 .uid = config.metadata().uid(),
                 .hostname = config.hostname()};
  request.netns = sandbox.netns();
  request.work_dir = work_dir;
  for (const cri::PortMapping& mapping : config.port_mappings()) {
    if (mapping.host_port() <= 0) continue;
    request.host_ports.push_back({ProtocolName(mapping.protocol()), mapping.container_port(),
                                  mapping.host_port(), mapping.host_ip()});
  }
  request.dns = {.servers = Strings(config.dns_config().servers()),
                 .searches = Strings(config.dns_config().searches()),
                 .options = Strings(config.dns_config().options())};
  return request;
}

}  // namespace crimux::vm
