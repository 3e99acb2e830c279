#include "vmruntime/network/binding/macvtap_links.h"

#include <fmt/format.h>

#include <filesystem>
#include <limits>
#include <random>

#include "base/error.h"
#include "base/fault_point.h"
#include "base/log.h"
#include "vmruntime/network/binding/guest_links.h"
#include "vmruntime/network/dhcp/dhcp_config.h"
#include "vmruntime/network/link/link_names.h"
#include "vmruntime/network/link/mac.h"
#include "vmruntime/network/link/netlink.h"
#include "vmruntime/network/link/sysctl.h"

namespace crimux::vm {
namespace {

std::string NodeOf(int link_index) { return fmt::format("/dev/tap{}", link_index); }

// Far above those that the kernel counts up from 1 in each namespace.
int FreeIndex() {
  std::random_device random;
  std::uniform_int_distribution<int> indices(1 << 30, std::numeric_limits<int>::max());
  for (;;) {
    int index = indices(random);
    if (!std::filesystem::exists(NodeOf(index))) return index;
  }
}

// Frames to an address of a macvtap never come to a link that takes all for its own MAC address.
void RefuseWithoutMacvtap(const Link& link) {
  bool shares_mac = link.kind == "ipvlan" || link.kind == "ipvtap";
  if (link.ethernet && !shares_mac) return;
  throw Error(grpc::FAILED_PRECONDITION, "bind by macvtap interface", link.name,
              link.kind.empty() ? "it is no Ethernet link"
                                : fmt::format("a link of kind {} can't have one", link.kind));
}

// A macvtap in mode passthru has its link's MAC, which is shared then.
void StripLink(Netlink& netlink, const std::string& link, MacvtapMode mode) {
  DisableIpv6(link);
  netlink.RemoveAddresses(link);
  netlink.SetDown(link);
  if (mode != MacvtapMode::kPassthru) netlink.SetMac(link, RandomMac());
  FaultPoint("macvtap.link-taken-over");
}

void MakeMacvtap(Netlink& netlink, const GuestInterface& card) {
  int link_index = FreeIndex();
  netlink.CreateMacvlan({.name = card.tap,
                         .parent = card.name,
                         .mac = card.mac,
                         .mtu = card.mtu,
                         .mode = card.macvtap_mode,
                         .index = link_index,
                         .is_tap = true});
  FaultPoint("macvtap.made");
  DisableIpv6(card.tap);
  if (std::filesystem::is_character_file(NodeOf(link_index))) return;
  throw Error(grpc::FAILED_PRECONDITION, "open macvtap by", NodeOf(link_index),
              "it isn't there; /dev must be the kernel's own (devtmpfs)");
}

}  // namespace

GuestInterface BuildMacvtapLinks(const std::string& link, int index, const NicRequest& nic) {
  Netlink netlink;
  Link outer = PodLink(netlink, link);
  RefuseWithoutMacvtap(outer);
  GuestInterface card = TheGuests(netlink, outer, index, nic);
  card.binding = NicBinding::kMacvtap;
  card.macvtap_mode = nic.macvtap_mode;
  QuietNamespace();
  StripLink(netlink, link, card.macvtap_mode);
  MakeMacvtap(netlink, card);
  if (!HasDhcp(card)) {
    spdlog::info("{}: no DHCP by a macvtap of this mode; its addresses are in the seed alone",
                 link);
    return card;
  }
  netlink.CreateMacvlan({.name = BridgeName(index),
                         .parent = link,
                         .mac = RandomMac(),
                         .mtu = card.mtu,
                         .mode = MacvtapMode::kBridge});
  DisableIpv6(BridgeName(index));
  FaultPoint("macvtap.server-made");
  return card;
}

void StartMacvtapLinks(const GuestInterface& card, int index) {
  Netlink netlink;
  for (const std::string& name : {card.name, card.tap}) netlink.SetUp(name);
  netlink.HearAllMulticast(card.tap);
  if (HasDhcp(card)) StartServerLink(netlink, card, index);
  FaultPoint("macvtap.up");
}

std::string MacvtapNode(const std::string& name) {
  Netlink netlink;
  std::optional<Link> link = netlink.Find(name);
  if (!link) throw Error(grpc::INTERNAL, "look up link", name, "no such link");
  return NodeOf(link->index);
}

}  // namespace crimux::vm
