#include "vmruntime/network/binding/masquerade_links.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/fault_point.h"
#include "vmruntime/network/binding/guest_links.h"
#include "vmruntime/network/dhcp/server_addresses.h"
#include "vmruntime/network/link/guest_address.h"
#include "vmruntime/network/link/ip.h"
#include "vmruntime/network/link/link_names.h"
#include "vmruntime/network/link/mac.h"
#include "vmruntime/network/link/netlink.h"
#include "vmruntime/network/link/sysctl.h"

namespace crimux::vm {
namespace {

bool IsDefault(const std::string& destination) { return ParseCidr(destination).prefix == 0; }

// What the link reaches, of one family: everything, or these networks.
std::vector<std::string> Destinations(const GuestInterface& outer, bool v6) {
  std::vector<std::string> destinations;
  for (const GuestAddress& address : outer.addresses) {
    Cidr cidr = ParseCidr(address.address);
    if (cidr.v6 == v6 && cidr.prefix < cidr.Bits()) destinations.push_back(cidr.Network());
  }
  for (const GuestRoute& route : outer.routes) {
    if (IsIpv6(route.destination) != v6) continue;
    if (IsDefault(route.destination)) return {route.destination};
    destinations.push_back(route.destination);
  }
  return destinations;
}

bool HasFamily(const GuestInterface& outer, bool v6) {
  return std::ranges::any_of(
      outer.addresses, [&](const GuestAddress& address) { return IsIpv6(address.address) == v6; });
}

void AddFamily(const GuestInterface& outer, bool v6, PrivateNetworks& networks,
               GuestInterface& guest) {
  if (!HasFamily(outer, v6)) return;
  PrivateNetwork network = networks.Take(v6);
  const std::string gateway = ParseCidr(network.gateway).Address();
  GuestAddress address{.address = network.guest, .gateway = ""};
  for (const std::string& destination : Destinations(outer, v6)) {
    guest.routes.push_back({destination, gateway});
    if (IsDefault(destination)) address.gateway = gateway;
  }
  guest.addresses.push_back(std::move(address));
}

// The one host beside the guest in its private network.
std::string GatewayOf(const GuestAddress& address) {
  Cidr cidr = ParseCidr(address.address);
  cidr.bytes[cidr.v6 ? 15 : 3] -= 1;
  return cidr.Text();
}

// A kernel that forwards IPv6 forgets the routers that a link has heard of, unless the link is told
// to go on listening.
void Forward(const GuestInterface& card) {
  if (HasFamily(card, false)) {
    // "all" and the link's own are one with the other.
    SetSysctl("ipv4/conf/all/send_redirects", "0");
    SetSysctl("ipv4/ip_forward", "1");
  }
  if (!HasFamily(card, true)) return;
  const std::string accept = fmt::format("ipv6/conf/{}/accept_ra", card.name);
  if (Sysctl(accept) == "1") SetSysctl(accept, "2");
  SetSysctl("ipv6/conf/all/forwarding", "1");
}

}  // namespace

GuestInterface BuildMasqueradeLinks(const std::string& link, int index, uid_t tap_owner,
                                    const NicRequest& nic, PrivateNetworks& networks) {
  Netlink netlink;
  Link found = PodLink(netlink, link);
  GuestInterface outer = ReadGuestInterface(netlink, found);
  if (outer.addresses.empty()) {
    throw Error(grpc::FAILED_PRECONDITION, "masquerade behind interface", link,
                "it has no address");
  }
  GuestInterface guest{.name = link,
                       .tap = TapName(index),
                       .binding = NicBinding::kMasquerade,
                       .mac = RandomMac(),
                       .mtu = MtuFor(nic, link, found.mtu),
                       .queues = nic.queues};
  for (bool v6 : {false, true}) AddFamily(outer, v6, networks, guest);
  guest.pod_addresses = netlink.Addresses(link);
  guest.router_mac = MakeGuestBridge(netlink, index);
  AddTap(netlink, guest, tap_owner, BridgeName(index));
  return guest;
}

void StartMasqueradeLinks(const GuestInterface& card, int index) {
  Netlink netlink;
  const std::string bridge = BridgeName(index);
  const bool v6 = HasFamily(card, true);
  if (v6) EnableIpv6(bridge);
  SetSysctl(fmt::format("ipv4/conf/{}/send_redirects", bridge), "0");
  for (const std::string& name : {card.tap, bridge}) netlink.SetUp(name);
  if (v6) netlink.AddAddress(bridge, ServerLinkLocal(index));
  for (const GuestAddress& address : card.addresses) {
    netlink.AddAddress(bridge, GatewayOf(address));
  }
  Forward(card);
  FaultPoint("masquerade.forwarding");
}

}  // namespace crimux::vm
