#include "vmruntime/network/binding/guest_links.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/fault_point.h"
#include "base/log.h"
#include "vmruntime/network/dhcp/server_addresses.h"
#include "vmruntime/network/link/guest_address.h"
#include "vmruntime/network/link/ip.h"
#include "vmruntime/network/link/link_names.h"
#include "vmruntime/network/link/mac.h"
#include "vmruntime/network/link/neighbor.h"
#include "vmruntime/network/link/netlink.h"
#include "vmruntime/network/link/sysctl.h"
#include "vmruntime/network/link/tap.h"

namespace crimux::vm {
namespace {

constexpr std::chrono::seconds kGatewayPatience(3);

// Links that hear only what is addressed to their own MAC are of no use below a bridge.
void RefuseUnbridgeable(const Link& link) {
  for (const char* kind : {"macvlan", "macvtap", "ipvlan", "ipvtap"}) {
    if (link.kind == kind) {
      throw Error(grpc::FAILED_PRECONDITION, "hand over interface", link.name,
                  fmt::format("a VM cannot be bridged to a link of kind {}; the bindings "
                              "masquerade and macvtap may serve",
                              kind));
    }
  }
}

void TakeOver(Netlink& netlink, const std::string& link, const std::string& bridge) {
  DisableIpv6(link);
  netlink.RemoveAddresses(link);
  // Not every kind of link takes a new MAC while it is up.
  netlink.SetDown(link);
  netlink.SetMac(link, RandomMac());
  netlink.AddToBridge(link, bridge);
  FaultPoint("run-pod.link-taken-over");
}

// Asked for as the pod, while the link still has its addresses.
std::string RouterMac(const GuestInterface& guest) {
  for (const GuestAddress& address : guest.addresses) {
    if (address.gateway.empty() || !IsIpv6(address.gateway)) continue;
    std::string mac = NeighborMac(guest.name, address.gateway, kGatewayPatience);
    if (mac.empty()) {
      spdlog::warn("{}: the gateway {} doesn't answer; guests are told of no IPv6 router",
                   guest.name, address.gateway);
    }
    return mac;
  }
  return "";
}

}  // namespace

Link PodLink(Netlink& netlink, const std::string& name) {
  std::optional<Link> link = netlink.Find(name);
  if (!link) throw Error(grpc::INTERNAL, "hand over interface", name, "the plugins made none");
  return *link;
}

GuestInterface TheGuests(Netlink& netlink, const Link& link, int index, const NicRequest& nic) {
  GuestInterface guest = ReadGuestInterface(netlink, link);
  guest.name = link.name;
  guest.tap = TapName(index);
  guest.queues = nic.queues;
  guest.mtu = MtuFor(nic, link.name, link.mtu);
  guest.router_mac = RouterMac(guest);
  return guest;
}

std::string MakeGuestBridge(Netlink& netlink, int index) {
  std::string mac = RandomMac();
  QuietNamespace();
  netlink.CreateBridge(BridgeName(index), mac);
  FaultPoint("run-pod.bridge-made");
  DisableIpv6(BridgeName(index));
  return mac;
}

void AddTap(Netlink& netlink, const GuestInterface& guest, uid_t owner, const std::string& bridge) {
  CreateTap(guest.tap, owner, guest.queues > 1);
  FaultPoint("run-pod.tap-made");
  DisableIpv6(guest.tap);
  netlink.SetMtu(guest.tap, guest.mtu);
  netlink.AddToBridge(guest.tap, bridge);
}

GuestInterface BuildGuestLinks(const std::string& link, int index, uid_t tap_owner,
                               const NicRequest& nic) {
  Netlink netlink;
  Link outer = PodLink(netlink, link);
  RefuseUnbridgeable(outer);
  GuestInterface guest = TheGuests(netlink, outer, index, nic);
  MakeGuestBridge(netlink, index);
  TakeOver(netlink, link, BridgeName(index));
  AddTap(netlink, guest, tap_owner, BridgeName(index));
  return guest;
}

void StartGuestLinks(const GuestInterface& card, int index) {
  Netlink netlink;
  for (const std::string& name : {card.name, card.tap}) netlink.SetUp(name);
  StartServerLink(netlink, card, index);
}

void StartServerLink(Netlink& netlink, const GuestInterface& card, int index) {
  const std::string link = BridgeName(index);
  std::vector<std::string> addresses6 = ServerAddresses6(card, index);
  if (!addresses6.empty()) EnableIpv6(link);
  netlink.SetUp(link);
  netlink.AddAddress(link, ServerAddress(index) + "/32");
  for (const GuestAddress& address : card.addresses) {
    Cidr cidr = ParseCidr(address.address);
    // The way back for DHCP, also under a strict rp_filter.
    if (!cidr.v6) netlink.AddLinkRoute(link, cidr.Address() + "/32");
  }
  for (const std::string& address : addresses6) netlink.AddAddress(link, address);
}

void RemoveGuestLinks() {
  Netlink netlink;
  for (const Link& link : netlink.Links()) {
    if (IsGuestLink(link.name)) netlink.Delete(link.name);
  }
  FaultPoint("stop-pod.links-removed");
}

}  // namespace crimux::vm
